#pragma once
/*
 * A person's calendar: the open tasks that she is in charge of and that have a day, for whoever has her
 * secret link. There is at most one link; it is kept as a hash, and a new one ends the one before.
 */

#include "domain/task.h"

enum { CALENDAR_MOST_TASKS = 1000, CALENDAR_MOST_TOKEN = 64 };

/* Makes the link's token anew; *token is told this once. OUTCOME_FORBIDDEN: `may` says no. */
MUST_CHECK enum outcome calendar_create(struct db *db, struct arena *arena, const struct actor *actor,
                                        const char **token, int64_t *created_at);

/* OUTCOME_OK also where there is none. */
MUST_CHECK enum outcome calendar_delete(struct db *db, const struct actor *actor);

/* When the link of a person was made; 0: she has none. */
MUST_CHECK enum outcome calendar_find(struct db *db, int64_t user_id, int64_t *created_at);

/* Whose a token is; OUTCOME_NOT_FOUND: nobody's. Writes nothing. */
MUST_CHECK enum outcome calendar_find_owner(struct db *db, struct arena *arena, const char *token,
                                            struct user *owner);

/* The tasks, by day; with more, the earliest. */
MUST_CHECK enum outcome calendar_tasks(struct db *db, struct arena *arena, int64_t user_id,
                                       struct task **tasks, size_t *count);
