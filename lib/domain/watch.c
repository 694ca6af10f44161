#include "domain/watch.h"

DB_QUERY(WATCH_FIND, "SELECT \"user\".id, \"user\".name, task_watcher.state "
                     "FROM task_watcher JOIN \"user\" ON \"user\".id = task_watcher.user_id "
                     "WHERE task_watcher.task_id = $1 "
                     "AND (task_watcher.state = 'watch' OR task_watcher.user_id = $2) "
                     "ORDER BY \"user\".name, \"user\".id");
DB_QUERY(WATCH_TASK, "SELECT id FROM task WHERE id = $1 AND deleted_at IS NULL");
DB_QUERY(WATCH_SET, "INSERT INTO task_watcher (task_id, user_id, state) VALUES ($1, $2, $3) "
                    "ON CONFLICT (task_id, user_id) DO UPDATE SET state = $3");
DB_QUERY(WATCH_CLEAR, "DELETE FROM task_watcher WHERE task_id = $1 AND user_id = $2");

enum outcome watch_find(struct db *db, struct arena *arena, int64_t task_id, int64_t user_id,
                        struct watch *watch) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &WATCH_FIND, &rows, db_integer(task_id), db_integer(user_id));
    if (result != DB_OK)
        return outcome_of(result);
    struct person *people = NULL;
    struct watch found = {0};
    while ((result = db_next(rows)) == DB_ROW) {
        const struct person person = {db_get_integer(rows, 0), db_get_text(rows, 1, arena)};
        if (person.id == user_id)
            found.state = db_get_text(rows, 2, arena);
        if (!db_text_is(rows, 2, "watch"))
            continue;
        people = arena_grow(arena, people, found.count, sizeof(*people));
        people[found.count++] = person;
    }
    db_finish(rows);
    found.people = people;
    if (result == DB_END)
        *watch = found;
    return outcome_of(result);
}

enum outcome watch_set(struct db *db, int64_t task_id, int64_t user_id, const char *state) {
    int64_t id = 0;
    enum db_result result = db_begin_write(db, user_id);
    if (result == DB_OK)
        result = db_find_integer(db, &WATCH_TASK, &id, db_integer(task_id));
    if (result == DB_END) {
        db_rollback(db);
        return OUTCOME_NOT_FOUND;
    }
    if (result == DB_OK)
        result = state ? db_run(db, &WATCH_SET, db_integer(task_id), db_integer(user_id), db_text(state))
                       : db_run(db, &WATCH_CLEAR, db_integer(task_id), db_integer(user_id));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
