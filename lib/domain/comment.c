#include "domain/comment.h"

#include "base/clock.h"

DB_QUERY(COMMENT_INSERT, "INSERT INTO comment (task_id, author_id, body, created_at) "
                         "SELECT id, $2, $3, $4 FROM task WHERE id = $1 AND deleted_at IS NULL "
                         "RETURNING id");

enum outcome comment_create(struct db *db, struct arena *arena, const struct user *author, int64_t task_id,
                            const char *body, struct comment *created) {
    enum db_result result = db_begin_write(db, author->id);
    if (result != DB_OK)
        return outcome_of(result);
    int64_t id = 0;
    int64_t now = clock_now();
    result = db_find_integer(db, &COMMENT_INSERT, &id, db_integer(task_id), db_integer(author->id),
                             db_text(body), db_integer(now));
    enum outcome outcome = result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    if (outcome == OUTCOME_OK)
        *created = (struct comment){
            .id = id,
            .author = {author->id, author->name},
            .body = arena_copy(arena, body),
            .created_at = now,
        };
    return outcome;
}
