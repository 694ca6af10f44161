/* The database behind its header: every statement, the wall of grants, transactions, migrations, and the
 * pitfalls. */
#include "unit.h"

#include "data/db_sqlite.h"
#include "data/db_turn.h"
#include "data/schema.h"
#include "domain/task_list.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern const struct db_query __start_db_queries[];
extern const struct db_query __stop_db_queries[];

static struct fresh fresh;

static int set_up(void **state) {
    (void)state;
    fresh_make(&fresh);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fresh_remove(&fresh);
    return 0;
}

DB_QUERY(TEST_USER, "INSERT INTO \"user\" (email, email_key, name) VALUES ($1, $1, $2)");
DB_QUERY(TEST_TASK, "INSERT INTO task (title, creator_id) VALUES ($1, 1) RETURNING id");
DB_QUERY(TEST_COUNT, "SELECT count(*) FROM task");
DB_QUERY(TEST_ORDER, "SELECT $2 || $1");
DB_QUERY(TEST_OUTBOX, "INSERT INTO outbox (event_id, task_id) VALUES (1, 1)");
DB_QUERY(TEST_PASSWORD, "SELECT password_hash FROM \"user\"");
DB_QUERY(TEST_NEW_PASSWORD, "UPDATE \"user\" SET password_hash = 'x'");
DB_QUERY(TEST_ATTACH, "ATTACH '/tmp/other.db' AS other");
DB_QUERY(TEST_PRAGMA, "PRAGMA writable_schema = 1");
DB_QUERY(TEST_DROP, "DROP TABLE task");
DB_QUERY(TEST_LOG_UPDATE, "UPDATE event SET type = 'x'");

static const struct grant everything[] = {
    {"user", 15},    {"user.password_hash", MAY_READ},
    {"session", 15}, {"login_throttle", 15},
    {"task", 15},    {"task_label", 15},
    {"comment", 15}, {"event", 15},
    {"outbox", 15},  {"delivery", 15},
};

/* Any statement that names a table or column that is not there fails here, not in the night. */
static void every_statement_prepares(void **state) {
    (void)state;
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    size_t count = 0;
    for (const struct db_query *query = __start_db_queries; query < __stop_db_queries; query++, count++) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(handle, query->text, -1, &statement, NULL) != SQLITE_OK)
            fail_msg("%s: %s", query->name, sqlite3_errmsg(handle));
        (void)sqlite3_finalize(statement);
    }
    (void)sqlite3_close(handle);
    assert_true(count > 40);
}

/* What is asked for each page of a history and each look at the health of a server takes as long in an old
 * log as in a new one. */
static void histories_and_health_are_found_by_keys(void **state) {
    (void)state;
    static const char *const names[] = {
        "EVENT_POSITION",       "EVENT_LIST",           "EVENT_MAILS",   "WATCH_FIND",
        "DELIVERY_OLDEST",      "SESSION_FIND",         "SESSION_LIST",  "USER_FIND_BY_EMAIL",
        "FACTOR_FIND",          "RECOVERY_FIND",        "ACCOUNT_TOKEN", "ACCOUNT_LAST_VERIFY",
        "ACCOUNT_LAST_ADDRESS", "ACCOUNT_TOKEN_RECENT", "ACCOUNT_NONCE", "SESSION_DELETE_ALL"};
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    size_t found = 0;
    for (const struct db_query *query = __start_db_queries; query < __stop_db_queries; query++) {
        for (size_t i = 0; i < COUNT(names); i++) {
            if (strcmp(query->name, names[i]) != 0)
                continue;
            found++;
            const char *explain = arena_print(fresh.arena, "EXPLAIN QUERY PLAN %s", query->text);
            sqlite3_stmt *statement = NULL;
            assert_int_equal(sqlite3_prepare_v2(handle, explain, -1, &statement, NULL), SQLITE_OK);
            while (sqlite3_step(statement) == SQLITE_ROW) {
                const char *step = (const char *)sqlite3_column_text(statement, 3);
                if (strncmp(step, "SCAN", 4) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0)
                    fail_msg("%s: %s", query->name, step);
                /* Else it walks past all events that people do not see. */
                if (strcmp(query->name, "EVENT_POSITION") == 0 && !strstr(step, "event_visible"))
                    fail_msg("%s: %s", query->name, step);
            }
            (void)sqlite3_finalize(statement);
        }
    }
    (void)sqlite3_close(handle);
    assert_int_equal(found, COUNT(names));
}

/* The steps of a statement's plan, each given to `check`; false: there is no statement of that name. */
static bool walk_plan(sqlite3 *handle, const char *name, void (*check)(const char *name, const char *step)) {
    bool found = false;
    for (const struct db_query *query = __start_db_queries; query < __stop_db_queries; query++) {
        if (strcmp(query->name, name) != 0)
            continue;
        found = true;
        const char *explain = arena_print(fresh.arena, "EXPLAIN QUERY PLAN %s", query->text);
        sqlite3_stmt *statement = NULL;
        assert_int_equal(sqlite3_prepare_v2(handle, explain, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW)
            check(name, (const char *)sqlite3_column_text(statement, 3));
        (void)sqlite3_finalize(statement);
    }
    return found;
}

static void refuse_scan(const char *name, const char *step) {
    if (strncmp(step, "SCAN", 4) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0)
        fail_msg("%s: %s", name, step);
}

/* Who asks, what she is let do, and what is told or forgotten of her: by keys, however many people there are.
 */
static void people_tokens_and_invitations_are_found_by_keys(void **state) {
    (void)state;
    static const char *const names[] = {
        "SESSION_FIND",       "API_TOKEN_FIND",     "API_TOKEN_LIST",     "API_TOKEN_CLEAN",
        "INVITATION_FIND",    "INVITATION_CLEAN",   "USER_FIND_BY_EMAIL", "USER_SCRUB_LOG",
        "EXPORT_PROFILE",     "EXPORT_SESSIONS",    "EXPORT_TOKENS",      "EXPORT_TASKS",
        "EXPORT_COMMENTS",    "EXPORT_WATCHES",     "EXPORT_EVENTS",      "EXPORT_MAILS",
        "EXPORT_INVITATIONS", "EXPORT_SUPPRESSION", "EXPORT_VIEWS",       "SAVED_VIEW_LIST",
        "SAVED_VIEW_REPLACE", "SAVED_VIEW_DELETE",  "SAVED_VIEW_INSERT"};
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_true(walk_plan(handle, names[i], refuse_scan));
    (void)sqlite3_close(handle);
}

/* The overview reads an index of open tasks and a table of days, however many tasks and events there are. */
static void refuse_tasks_and_log(const char *name, const char *step) {
    bool is_of_tasks = strstr(step, " task") && !strstr(step, "task_open") && !strstr(step, "task_flow");
    if (is_of_tasks || strstr(step, " event"))
        fail_msg("%s: %s", name, step);
    if (strcmp(name, "OVERVIEW_DUE") == 0)
        refuse_scan(name, step);
}

static void the_overview_reads_neither_the_log_nor_what_is_done(void **state) {
    (void)state;
    static const char *const names[] = {"OVERVIEW_DUE", "OVERVIEW_FLOW", "OVERVIEW_PEOPLE"};
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_true(walk_plan(handle, names[i], refuse_tasks_and_log));
    (void)sqlite3_close(handle);
}

static struct db *open_with_user(const struct grant *grants, size_t count) {
    struct db *db = fresh_open(&fresh, false, everything, COUNT(everything));
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run(db, &TEST_USER, db_text("min@example.org"), db_text("Min")), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    db_close(db);
    return fresh_open(&fresh, false, grants, count);
}

static off_t size_of_log(void) {
    struct stat status = {0};
    const char *path = arena_print(fresh.arena, "%s-wal", fresh.path);
    return stat(path, &status) == 0 ? status.st_size : 0;
}

static void a_checkpoint_empties_the_log_of_writes_and_waits_for_no_reader(void **state) {
    (void)state;
    struct db *writer = open_with_user(everything, COUNT(everything));
    struct db *reader = fresh_open(&fresh, true, everything, COUNT(everything));
    int64_t count = 0;
    assert_int_equal(db_begin_read(reader), DB_OK);
    assert_int_equal(db_find_integer_values(reader, &TEST_COUNT, &count, NULL, 0), DB_OK);
    assert_int_equal(db_begin_write(writer, 0), DB_OK);
    assert_int_equal(db_run(writer, &TEST_USER, db_text("jiwoo@example.org"), db_text("Ji-woo")), DB_OK);
    assert_int_equal(db_commit(writer), DB_OK);
    assert_int_equal(db_checkpoint(writer), DB_OK);
    assert_true(size_of_log() > 0);
    db_end_read(reader);
    assert_int_equal(db_checkpoint(writer), DB_OK);
    assert_int_equal(size_of_log(), 0);
    assert_int_equal(db_checkpoint(reader), DB_DENIED);
    db_close(reader);
    db_close(writer);
}

static bool is_someone_next(int turn) {
    struct flock place = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    return fcntl(turn, F_OFD_GETLK, &place) == 0 && place.l_type != F_UNLCK;
}

/* The mailer gives the turn after each batch and wants it again at once. */
static void who_waits_for_the_turn_has_it_before_who_asks_again(void **state) {
    (void)state;
    int said[2];
    assert_int_equal(pipe2(said, O_NONBLOCK), 0);
    int turn = turn_open(fresh.path);
    assert_true(turn_take(turn));
    pid_t other = fork();
    if (other == 0) {
        (void)close(turn); /* the lock that came with the fork */
        int own = turn_open(fresh.path);
        bool good = turn_take(own) && write(said[1], "", 1) == 1;
        turn_give(own);
        _exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 10000 && !is_someone_next(turn); i++)
        (void)nanosleep(&moment, NULL);
    assert_true(is_someone_next(turn));
    turn_give(turn);
    assert_true(turn_take(turn));
    char byte = 1;
    assert_int_equal(read(said[0], &byte, 1), 1);
    turn_give(turn);
    (void)close(turn);
    (void)close(said[0]);
    (void)close(said[1]);
    (void)waitpid(other, NULL, 0);
}

static void a_missing_grant_refuses(void **state) {
    (void)state;
    static const struct grant grants[] = {{"task", MAY_READ}};
    struct db *db = open_with_user(grants, COUNT(grants));
    int64_t id = 0;
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(db_find_integer(db, &TEST_TASK, &id, db_text("x")), DB_DENIED);
    assert_string_equal(db_error(db), "no grant: insert task");
    assert_int_equal(db_run_values(db, &TEST_PASSWORD, NULL, 0), DB_DENIED);
    assert_int_equal(db_find_integer_values(db, &TEST_COUNT, &id, NULL, 0), DB_OK);
    db_rollback(db);
    db_close(db);
}

static void a_table_grant_leaves_the_secret_column_out(void **state) {
    (void)state;
    static const struct grant grants[] = {{"user", 15}};
    struct db *db = open_with_user(grants, COUNT(grants));
    assert_int_equal(db_run_values(db, &TEST_PASSWORD, NULL, 0), DB_DENIED);
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_NEW_PASSWORD, NULL, 0), DB_DENIED);
    db_rollback(db);
    db_close(db);
}

/* The outbox is its trigger's: who may write tasks may not write it, but a task's insert fills it. */
static void only_the_trigger_writes_the_outbox(void **state) {
    (void)state;
    static const struct grant grants[] = {{"task", MAY_READ | MAY_INSERT}};
    struct db *db = open_with_user(grants, COUNT(grants));
    int64_t id = 0;
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_OUTBOX, NULL, 0), DB_DENIED);
    assert_int_equal(db_find_integer(db, &TEST_TASK, &id, db_text("전단지 인쇄")), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(id, 1);
    db_close(db);
}

static void schema_and_files_are_out_of_reach(void **state) {
    (void)state;
    struct db *db = open_with_user(everything, COUNT(everything));
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_ATTACH, NULL, 0), DB_DENIED);
    assert_int_equal(db_run_values(db, &TEST_PRAGMA, NULL, 0), DB_DENIED);
    assert_int_equal(db_run_values(db, &TEST_DROP, NULL, 0), DB_DENIED);
    db_rollback(db);
    db_close(db);
}

/* What task-list declares: reading. Its file is open for reading only, and the wall stands before it. */
static void a_reader_cannot_write(void **state) {
    (void)state;
    struct db *writer = open_with_user(everything, COUNT(everything));
    db_close(writer);
    static const struct grant grants[] = {{"task", MAY_READ | MAY_INSERT}};
    struct db *db = fresh_open(&fresh, true, grants, COUNT(grants));
    int64_t id = 0;
    assert_int_equal(db_begin_write(db, 1), DB_DENIED);
    assert_int_equal(db_find_integer(db, &TEST_TASK, &id, db_text("x")), DB_DENIED);
    db_close(db);
}

/* SQLite numbers "$2" by its first appearance: values must go by name. */
static void parameters_are_bound_by_name(void **state) {
    (void)state;
    struct db *db = fresh_open(&fresh, true, everything, COUNT(everything));
    struct db_rows *rows = NULL;
    assert_int_equal(db_start(db, &TEST_ORDER, &rows, db_text("one"), db_text("two")), DB_OK);
    assert_int_equal(db_next(rows), DB_ROW);
    assert_string_equal(db_get_text(rows, 0, fresh.arena), "twoone");
    db_finish(rows);
    db_close(db);
}

/* A RETURNING statement that is reset while its row is pending is undone by SQLite 3.40. */
static void an_insert_that_returns_its_id_stays(void **state) {
    (void)state;
    struct db *db = open_with_user(everything, COUNT(everything));
    int64_t id = 0;
    int64_t count = 0;
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(db_find_integer(db, &TEST_TASK, &id, db_text("x")), DB_OK);
    assert_int_equal(db_find_integer_values(db, &TEST_COUNT, &count, NULL, 0), DB_OK);
    assert_int_equal(count, 1);
    db_rollback(db);
    assert_int_equal(db_find_integer_values(db, &TEST_COUNT, &count, NULL, 0), DB_OK);
    assert_int_equal(count, 0);
    db_close(db);
}

static void the_log_is_append_only(void **state) {
    (void)state;
    struct db *db = open_with_user(everything, COUNT(everything));
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_LOG_UPDATE, NULL, 0), DB_CONSTRAINT);
    db_rollback(db);
    db_close(db);
}

/* The write turn: while a transaction is open nobody else gets the lock file; after it anybody does. */
static void a_write_holds_the_turn(void **state) {
    (void)state;
    struct db *db = open_with_user(everything, COUNT(everything));
    int turn = open(arena_print(fresh.arena, "%s-turn", fresh.path), O_RDWR | O_CLOEXEC);
    assert_true(turn >= 0);
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_int_equal(flock(turn, LOCK_EX | LOCK_NB), -1);
    db_rollback(db);
    assert_int_equal(flock(turn, LOCK_EX | LOCK_NB), 0);
    (void)close(turn);
    db_close(db);
}

/* Every order and every kind of filter, twice: composed statements are prepared once and found again. */
static void every_list_prepares(void **state) {
    (void)state;
    static const struct grant grants[] = {{"task", MAY_READ}, {"task_label", MAY_READ}, {"user", MAY_READ}};
    struct db *db = fresh_open(&fresh, true, grants, COUNT(grants));
    for (unsigned shape = 0; shape < SORT_COUNT * 2 * 64 * 4; shape++) {
        unsigned bits = shape / (SORT_COUNT * 2);
        const struct task_filter filter = {
            .sort = (enum task_sort)(shape % SORT_COUNT),
            .is_descending = shape / SORT_COUNT % 2,
            .status = bits & 1 ? "doing" : NULL,
            .assignee_id = bits & 2   ? 1
                           : bits & 4 ? 0
                                      : -1,
            .creator_id = bits & 8 ? 1 : -1,
            .label = bits & 16 ? "print" : NULL,
            .words = bits & 32 ? "회의 flyers" : NULL,
            .due = (enum task_due)(bits / 64),
            .limit = 50,
        };
        struct task_page page;
        if (task_list(db, fresh.arena, &filter, &page) != OUTCOME_OK)
            fail_msg("shape %u: %s", shape, db_error(db));
        assert_int_equal(page.count, 0);
        arena_reset(fresh.arena);
    }
    db_close(db);
}

static void programs_go_on_beside_a_newer_schema_that_only_adds(void **state) {
    (void)state;
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    const char *mark = arena_print(fresh.arena, "PRAGMA user_version = %zu", MIGRATION_COUNT * 10000 + 99);
    assert_int_equal(sqlite3_exec(handle, mark, NULL, NULL, NULL), SQLITE_OK);
    const struct db_options options = {
        .path = fresh.path, .grants = everything, .grant_count = COUNT(everything)};
    struct db *db = NULL;
    const char *error = NULL;
    assert_int_equal(db_open(&options, fresh.arena, &db, &error), DB_OPENED);
    db_close(db);
    size_t applied = 0;
    assert_true(migrate(fresh.path, fresh.arena, &applied, &error));
    assert_int_equal(applied, 0);
    assert_int_equal(sqlite_pragma(handle, "user_version"), (int)MIGRATION_COUNT * 10000 + 99);
    mark = arena_print(fresh.arena, "PRAGMA user_version = %d", schema_mark(MIGRATION_COUNT));
    assert_int_equal(sqlite3_exec(handle, mark, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(handle);
}

static void foreign_older_and_newer_files_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *sql;
        enum db_open_result result;
    } files[] = {
        {"PRAGMA user_version = 99", DB_NEWER},
        {"PRAGMA user_version = 990099", DB_NEWER},
        {"PRAGMA user_version = 1", DB_OLDER},
        {"PRAGMA application_id = 7", DB_FOREIGN},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        sqlite3 *handle = NULL;
        assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
        assert_int_equal(sqlite3_exec(handle, files[i].sql, NULL, NULL, NULL), SQLITE_OK);
        (void)sqlite3_close(handle);
        const struct db_options options = {
            .path = fresh.path, .grants = everything, .grant_count = COUNT(everything)};
        struct db *db = NULL;
        const char *error = NULL;
        assert_int_equal(db_open(&options, fresh.arena, &db, &error), files[i].result);
        assert_null(db);
        assert_non_null(strstr(error, fresh.path));
        size_t applied = 0;
        if (files[i].result != DB_OLDER)
            assert_false(migrate(fresh.path, fresh.arena, &applied, &error));
    }
    const struct db_options missing = {
        .path = "/nonexistent/pumasi.db", .grants = everything, .grant_count = COUNT(everything)};
    struct db *db = NULL;
    const char *error = NULL;
    assert_int_equal(db_open(&missing, fresh.arena, &db, &error), DB_MISSING);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_statement_prepares),
        TEST(histories_and_health_are_found_by_keys),
        TEST(people_tokens_and_invitations_are_found_by_keys),
        TEST(the_overview_reads_neither_the_log_nor_what_is_done),
        TEST(a_checkpoint_empties_the_log_of_writes_and_waits_for_no_reader),
        TEST(who_waits_for_the_turn_has_it_before_who_asks_again),
        TEST(a_missing_grant_refuses),
        TEST(a_table_grant_leaves_the_secret_column_out),
        TEST(only_the_trigger_writes_the_outbox),
        TEST(schema_and_files_are_out_of_reach),
        TEST(a_reader_cannot_write),
        TEST(parameters_are_bound_by_name),
        TEST(an_insert_that_returns_its_id_stays),
        TEST(the_log_is_append_only),
        TEST(a_write_holds_the_turn),
        TEST(every_list_prepares),
        TEST(programs_go_on_beside_a_newer_schema_that_only_adds),
        TEST(foreign_older_and_newer_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
