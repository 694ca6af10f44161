#include "domain/calendar.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/task_row.h"
#include "domain/user_row.h"

#include <string.h>

DB_QUERY(CALENDAR_DELETE, "DELETE FROM calendar_link WHERE user_id = $1");
DB_QUERY(CALENDAR_INSERT, "INSERT INTO calendar_link (user_id, token_hash, created_at) VALUES ($1, $2, $3)");
DB_QUERY(CALENDAR_FIND, "SELECT created_at FROM calendar_link WHERE user_id = $1");
DB_QUERY(CALENDAR_FIND_OWNER, "SELECT " USER_COLUMNS " FROM calendar_link "
                              "JOIN \"user\" ON \"user\".id = calendar_link.user_id "
                              "WHERE calendar_link.token_hash = $1 AND \"user\".disabled_at IS NULL");
DB_QUERY(CALENDAR_TASKS, "SELECT " TASK_COLUMNS " FROM " TASK_TABLES
                         " WHERE task.assignee_id = $1 AND task.due_on > '' AND task.status <> 'done' "
                         "AND task.deleted_at IS NULL "
                         "ORDER BY task.due_on, task.id "
                         "LIMIT $2");

enum outcome calendar_create(struct db *db, struct arena *arena, const struct actor *actor,
                             const char **token, int64_t *created_at) {
    if (!may(actor, VERB_ACCOUNT_SECURE, NULL))
        return OUTCOME_FORBIDDEN;
    const char *fresh = random_token(arena);
    unsigned char hash[SHA256_BYTES];
    sha256(fresh, strlen(fresh), hash);
    int64_t now = clock_now();
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_run(db, &CALENDAR_DELETE, db_integer(actor->id));
    if (result == DB_OK)
        result = db_run(db, &CALENDAR_INSERT, db_integer(actor->id), db_bytes(hash, sizeof(hash)),
                        db_integer(now));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_OK) {
        *token = fresh;
        *created_at = now;
    }
    return outcome_of(result);
}

enum outcome calendar_delete(struct db *db, const struct actor *actor) {
    if (!may(actor, VERB_ACCOUNT_SECURE, NULL))
        return OUTCOME_FORBIDDEN;
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_run(db, &CALENDAR_DELETE, db_integer(actor->id));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum outcome calendar_find(struct db *db, int64_t user_id, int64_t *created_at) {
    *created_at = 0;
    return outcome_of(db_find_integer(db, &CALENDAR_FIND, created_at, db_integer(user_id)));
}

enum outcome calendar_find_owner(struct db *db, struct arena *arena, const char *token, struct user *owner) {
    unsigned char hash[SHA256_BYTES];
    sha256(token, strlen(token), hash);
    struct db_rows *rows = NULL;
    enum outcome outcome =
        outcome_of(db_start(db, &CALENDAR_FIND_OWNER, &rows, db_bytes(hash, sizeof(hash))));
    return outcome == OUTCOME_OK ? user_read_one(rows, arena, owner) : outcome;
}

enum outcome calendar_tasks(struct db *db, struct arena *arena, int64_t user_id, struct task **tasks,
                            size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &CALENDAR_TASKS, &rows, db_integer(user_id), db_integer(CALENDAR_MOST_TASKS));
    if (result != DB_OK)
        return outcome_of(result);
    struct task *list = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        list = arena_grow(arena, list, used, sizeof(*list));
        task_read_row(rows, arena, &list[used++]);
    }
    db_finish(rows);
    if (result == DB_END) {
        *tasks = list;
        *count = used;
    }
    return outcome_of(result);
}
