#pragma once
/* How long the log is kept: for ever, or as many days as the administrator says. */

#include "domain/outcome.h"

struct retention_sum {
    int64_t events;
    int64_t deliveries;
};

/*
 * Forgets events from before a time, and with them the mails that told of nothing else. What is not
 * forgotten: an event that no mail has been planned for yet or that a mail still has to tell, and the latest
 * visible one, since the log position never goes back. Batches are short transactions of their own: *sum
 * counts what is gone, also where a later one failed.
 */
MUST_CHECK enum outcome retention_forget(struct db *db, struct arena *arena, int64_t before,
                                         struct retention_sum *sum);
