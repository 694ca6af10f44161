#pragma once
/* The outbox: events of tasks that no mail has been planned for yet. Its trigger fills it, delivery_plan
 * empties it. */

#include "domain/outcome.h"

/* How many wait, and since when the oldest does (0: none). */
MUST_CHECK enum outcome outbox_count(struct db *db, int64_t *count, int64_t *oldest_at);

struct outbox_range {
    int64_t from; /* ids, both included */
    int64_t to;
    int64_t since; /* and not before this time */
};

/*
 * Puts past events of tasks back, so that rules and people that came later are told; whoever was told of one
 * already, or was left out of it by a wish of hers, is known by event_recipient and not told again. *count
 * those that did not wait already. A batch is a short transaction: a crash leaves some of the events to be
 * put back once more.
 */
MUST_CHECK enum outcome outbox_replay(struct db *db, const struct outbox_range *range, int64_t *count);
