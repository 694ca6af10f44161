#pragma once
/* What people say about a task. */

#include "domain/user.h"

enum { COMMENT_MOST_BYTES = 65536 };

struct comment {
    int64_t id;
    struct person author;
    const char *body;
    int64_t created_at;
};

/* OUTCOME_NOT_FOUND: there is no such task, or it lies in the bin. */
MUST_CHECK enum outcome comment_create(struct db *db, struct arena *arena, const struct user *author,
                                       int64_t task_id, const char *body, struct comment *created);
