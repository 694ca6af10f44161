#pragma once
/*
 * Tasks that are due, said once a task and day: an event task.due, which the rule `due` mails like any other,
 * in the mail of the day of whoever is in charge. It is written whether she wants mails or not: rules may
 * name others, and what a person wants is the planner's to ask (event_recipient then says `off` or `muted`).
 */

#include "base/clock.h"
#include "domain/outcome.h"

enum {
    REMINDER_LEAD_S = 600,   /* so long before a person's hour, so that it stands in the mail of that hour */
    REMINDER_DAILY_DAYS = 7, /* late tasks are said each day for so long, and then once in so many days */
    REMINDER_BATCH = 500     /* events a transaction */
};

/* How far the tasks were looked through; all 0 at the begin. */
struct reminder_place {
    char due_on[CLOCK_DAY_BYTES];
    int64_t task_id;
};

/*
 * Writes the events for tasks that are due or late at `now`, by the clock of the person in charge (of the
 * creator where nobody is), at most REMINDER_BATCH, from *place on, which moves. *more is true while there
 * may be others.
 */
MUST_CHECK enum outcome reminder_write(struct db *db, struct arena *arena, int64_t now,
                                       struct reminder_place *place, bool *more);
