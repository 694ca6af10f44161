#pragma once
/*
 * Tasks that are due, said once a task and day: an event task.due, which the rule `due` mails like any other,
 * in the mail of the day of whoever is in charge.
 */

#include "domain/outcome.h"

enum {
    REMINDER_LEAD_S = 600,   /* so long before a person's hour, so that it stands in the mail of that hour */
    REMINDER_DAILY_DAYS = 7, /* late tasks are said every day for so long, and then once in so many days */
    REMINDER_BATCH = 500     /* events a transaction */
};

/*
 * Writes the events for tasks that are due or late at `now`, by the clock of the person in charge (of the
 * creator where nobody is), at most REMINDER_BATCH. *more is true while there may be others.
 */
MUST_CHECK enum outcome reminder_write(struct db *db, struct arena *arena, int64_t now, bool *more);
