/* Databases of older releases are brought up to date with what they hold. */
#include "unit.h"

#include "data/db_sqlite.h"

#include <string.h>

/* Everything before the migration of this name. */
static sqlite3 *open_before(const struct fresh *fresh, const char *name) {
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh->path, &handle), SQLITE_OK);
    int version = 0;
    for (; strcmp(MIGRATIONS[version].name, name) != 0; version++)
        assert_int_equal(sqlite3_exec(handle, MIGRATIONS[version].sql, NULL, NULL, NULL), SQLITE_OK);
    const char *mark = arena_print(fresh->arena, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                                   PUMASI_APPLICATION_ID, version);
    assert_int_equal(sqlite3_exec(handle, mark, NULL, NULL, NULL), SQLITE_OK);
    return handle;
}

static void act(sqlite3 *handle, const char *sql) {
    char *error = NULL;
    if (sqlite3_exec(handle, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
}

/* The first column of the first row, as text. */
static const char *ask(const struct fresh *fresh, sqlite3 *handle, const char *sql) {
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    const char *copy = arena_copy(fresh->arena, text ? text : "");
    (void)sqlite3_finalize(statement);
    return copy;
}

/* What was just done happened on that day. */
static void date_back(sqlite3 *handle, const struct fresh *fresh, const char *day) {
    act(handle,
        arena_print(fresh->arena, "UPDATE event SET at = unixepoch('%s 12:00') WHERE at > unixepoch() - 3600",
                    day));
}

static void the_flow_is_filled_from_the_log_and_agrees_with_the_tasks(void **state) {
    (void)state;
    struct fresh fresh = {.directory = "/tmp/pumasi-unit.XXXXXX", .arena = arena_new()};
    assert_non_null(mkdtemp(fresh.directory));
    (void)snprintf(fresh.path, sizeof(fresh.path), "%s/pumasi.db", fresh.directory);
    sqlite3 *handle = open_before(&fresh, "0013-overview");
    act(handle, "INSERT INTO \"user\" (email, email_key, name) VALUES ('a@b', 'a@b', 'A')");
    act(handle, "DROP TRIGGER event_before_update; DROP TRIGGER event_before_delete");
    /* Two tasks of which the log tells nothing any more, one of them done meanwhile. */
    act(handle, "INSERT INTO task (title, creator_id) VALUES ('forgotten', 1), ('once', 1)");
    act(handle, "DELETE FROM outbox; DELETE FROM event WHERE task_id IS NOT NULL");
    date_back(handle, &fresh, "2026-01-01");
    act(handle,
        "INSERT INTO task (title, creator_id) VALUES ('one', 1), ('two', 1), ('three', 1), ('four', 1)");
    date_back(handle, &fresh, "2026-03-01");
    act(handle, "UPDATE task SET progress = 50 WHERE title = 'one'");
    act(handle, "UPDATE task SET status = 'doing', assignee_id = 1 WHERE title IN ('one', 'two')");
    act(handle, "UPDATE task SET status = 'done', progress = 100 WHERE title = 'once'");
    date_back(handle, &fresh, "2026-03-05");
    act(handle, "UPDATE task SET status = 'done', progress = 100 WHERE title = 'one'");
    act(handle, "UPDATE task SET deleted_at = unixepoch(), status = 'doing' WHERE title = 'three'");
    act(handle, "UPDATE task SET deleted_at = unixepoch() WHERE title = 'four'");
    date_back(handle, &fresh, "2026-03-06");
    act(handle, "UPDATE task SET deleted_at = NULL WHERE title IN ('three', 'four')");
    act(handle, "UPDATE task SET deleted_at = unixepoch() WHERE title = 'four'");
    date_back(handle, &fresh, "2026-03-07");
    (void)sqlite3_close(handle);

    size_t applied = 0;
    const char *error = NULL;
    if (!migrate(fresh.path, fresh.arena, &applied, &error))
        fail_msg("%s", error);
    assert_true(applied >= 1);
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    assert_string_equal(ask(&fresh, handle,
                            "SELECT group_concat(substr(day, 6) || ' ' || status || ' ' || change, ', ') "
                            "FROM (SELECT * FROM task_flow WHERE change <> 0 ORDER BY day, status)"),
                        "01-01 todo 2, 03-01 todo 4, 03-05 doing 2, 03-05 done 1, 03-05 todo -3, "
                        "03-06 doing -1, 03-06 done 1, 03-06 todo -2, 03-07 doing 1");
    static const char sums[] =
        "SELECT group_concat(status || ' ' || number) FROM (SELECT status, %s GROUP BY status "
        "HAVING number <> 0 ORDER BY status)";
    const char *there =
        ask(&fresh, handle,
            arena_print(fresh.arena, sums, "count(*) AS number FROM task WHERE deleted_at IS NULL"));
    assert_string_equal(there, "doing 2,done 2,todo 1");
    assert_string_equal(
        ask(&fresh, handle, arena_print(fresh.arena, sums, "sum(change) AS number FROM task_flow")), there);
    (void)sqlite3_close(handle);
    fresh_remove(&fresh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flow_is_filled_from_the_log_and_agrees_with_the_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
