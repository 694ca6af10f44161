#pragma once
/*
 * Saved views: filters, order and layout of the list of tasks that a person keeps under a name, as the query
 * of the page's address. They are her own; nobody else sees them.
 */

#include "domain/may.h"

enum { SAVED_VIEW_MOST = 30, SAVED_VIEW_MOST_NAME = 50, SAVED_VIEW_MOST_QUERY_BYTES = 500 };

struct saved_view {
    int64_t id;
    const char *name;
    const char *query; /* "assignee=me&sort=due", as saved_view_query has it */
};

/*
 * The query in the one form that is kept: known parameters only, in their order, percent-encoded, none that
 * is empty or stands twice. NULL: it is none. It may be longer than what is kept.
 */
const char *saved_view_query(struct arena *arena, const char *query);

/* What of such a query the list itself takes (GET /api/tasks), without what only the page knows. */
const char *saved_view_list_query(struct arena *arena, const char *query);

/* All of one person, by name. */
MUST_CHECK enum outcome saved_view_list(struct db *db, struct arena *arena, int64_t user_id,
                                        struct saved_view **views, size_t *count);

/* Keeps the actor's view; of the same name it takes the place (*is_new is false then). OUTCOME_CONFLICT: she
 * has as many as one can have. */
MUST_CHECK enum outcome saved_view_save(struct db *db, const struct actor *actor, struct saved_view *view,
                                        bool *is_new);

/* One of the actor's own. */
MUST_CHECK enum outcome saved_view_delete(struct db *db, const struct actor *actor, int64_t id);
