#pragma once
/* What people want of one task's mails: to watch it, to mute it, or as usual. */

#include "domain/user.h"

struct watch {
    const char *state;           /* of the one who asks: watch mute; NULL: as usual */
    const struct person *people; /* everybody who watches, by name */
    size_t count;
};

MUST_CHECK enum outcome watch_find(struct db *db, struct arena *arena, int64_t task_id, int64_t user_id,
                                   struct watch *watch);

/* OUTCOME_NOT_FOUND: there is no such task, also where it lies in the bin. `state` NULL: as usual. */
MUST_CHECK enum outcome watch_set(struct db *db, int64_t task_id, int64_t user_id, const char *state);
