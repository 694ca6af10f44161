#pragma once
/* What somebody wants of one task's mails: watch it, mute it, or as usual. */

#include "domain/user.h"

/* The words of the API: watch mute, and NULL for as usual. */
MUST_CHECK enum outcome watch_find(struct db *db, struct arena *arena, int64_t task_id, int64_t user_id,
                                   const char **state);

/* OUTCOME_NOT_FOUND: there is no such task, also where it lies in the bin. `state` NULL: as usual. */
MUST_CHECK enum outcome watch_set(struct db *db, int64_t task_id, int64_t user_id, const char *state);

/* Everybody who watches a task, by name. */
MUST_CHECK enum outcome watch_list(struct db *db, struct arena *arena, int64_t task_id,
                                   struct person **people, size_t *count);
