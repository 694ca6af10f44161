/* Several write transactions in one commit: each can be undone alone, and all stand or fall with the commit.
 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fresh fresh;
static struct db *db;
static struct db *other; /* as another program sees it */

DB_QUERY(GROUP_USER, "INSERT INTO \"user\" (email, email_key, name) VALUES ($1, $1, $1)");
DB_QUERY(GROUP_TASK, "INSERT INTO task (title, creator_id) VALUES ($1, 1)");
DB_QUERY(GROUP_COUNT, "SELECT count(*) FROM task");
DB_QUERY(GROUP_FIND, "SELECT count(*) FROM task WHERE title = $1");
DB_QUERY(GROUP_ACTOR, "SELECT actor_id FROM event JOIN task ON task.id = event.task_id WHERE title = $1");
DB_QUERY(GROUP_ACTING, "SELECT count(user_id) FROM actor");

static const struct grant everything[] = {{"user", 15}, {"task", 15}, {"event", 15}, {"actor", 15}};

/* A task with the title "ruin" rolls the whole transaction back, as a full disk does in the middle of a
 * statement. */
static void make_ruin_possible(void) {
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle,
                                  "CREATE TRIGGER ruin BEFORE INSERT ON task WHEN NEW.title = 'ruin' "
                                  "BEGIN SELECT RAISE(ROLLBACK, 'all is lost'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static int set_up(void **state) {
    (void)state;
    fresh_make(&fresh);
    make_ruin_possible();
    db = fresh_open(&fresh, false, everything, COUNT(everything));
    other = fresh_open(&fresh, true, everything, COUNT(everything));
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run(db, &GROUP_USER, db_text("min@example.org")), DB_OK);
    assert_int_equal(db_run(db, &GROUP_USER, db_text("jiwoo@example.org")), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    db_close(other);
    db_close(db);
    fresh_remove(&fresh);
    return 0;
}

static enum db_result begin_part(const char *title, int64_t actor_id) {
    enum db_result result = db_begin_write(db, actor_id);
    return result == DB_OK ? db_run(db, &GROUP_TASK, db_text(title)) : result;
}

static void keep_part(const char *title, int64_t actor_id) {
    assert_int_equal(begin_part(title, actor_id), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
}

static void undo_part(const char *title) {
    assert_int_equal(begin_part(title, 1), DB_OK);
    db_rollback(db);
}

static int64_t value(struct db *seen_by, const struct db_query *query, const char *title) {
    int64_t found = -1;
    struct db_value values[] = {db_text(title)};
    assert_int_equal(db_find_integer_values(seen_by, query, &found, values, title ? 1 : 0), DB_OK);
    return found;
}

static bool is_turn_free(void) {
    int turn = open(arena_print(fresh.arena, "%s-turn", fresh.path), O_RDWR | O_CLOEXEC);
    assert_true(turn >= 0);
    bool is_free = flock(turn, LOCK_EX | LOCK_NB) == 0;
    (void)close(turn);
    return is_free;
}

static off_t size_of_log(void) {
    struct stat log = {0};
    assert_int_equal(stat(arena_print(fresh.arena, "%s-wal", fresh.path), &log), 0);
    return log.st_size;
}

/* The index of words keeps changes in memory of its own, and must have followed each that was undone. */
static void assert_index_is_that_of_the_tasks(void) {
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(fresh.path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle,
                                  "INSERT INTO task_search (task_search, rank) VALUES ('integrity-check', 1)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* Nothing is open any more: whoever writes next does so for itself. */
static void assert_all_well(void) {
    assert_index_is_that_of_the_tasks();
    assert_true(is_turn_free());
    keep_part("afterwards", 2);
    assert_int_equal(value(other, &GROUP_FIND, "afterwards"), 1);
    assert_int_equal(value(other, &GROUP_ACTOR, "afterwards"), 2);
    assert_int_equal(value(db, &GROUP_ACTING, NULL), 0);
}

static void one_part_is_undone_and_the_others_stay(void **state) {
    (void)state;
    db_group_begin(db);
    keep_part("first", 1);
    undo_part("undone");
    assert_int_equal(value(db, &GROUP_COUNT, NULL), 1);
    keep_part("last", 2);
    undo_part("undone too");
    assert_int_equal(value(other, &GROUP_COUNT, NULL), 0);
    assert_int_equal(db_group_commit(db), DB_OK);
    assert_int_equal(value(other, &GROUP_COUNT, NULL), 2);
    assert_int_equal(value(other, &GROUP_ACTOR, "first"), 1);
    assert_int_equal(value(other, &GROUP_ACTOR, "last"), 2);
    assert_all_well();
}

static void the_turn_is_taken_with_the_first_write_and_given_with_the_commit(void **state) {
    (void)state;
    db_group_begin(db);
    assert_int_equal(value(db, &GROUP_COUNT, NULL), 0);
    db_rollback(db);
    assert_true(is_turn_free());
    assert_false(db_group_is_writing(db));
    assert_int_equal(db_begin_write(db, 1), DB_OK);
    assert_false(is_turn_free());
    db_rollback(db);
    assert_false(is_turn_free());
    assert_true(db_group_is_writing(db));
    keep_part("one", 1);
    assert_false(is_turn_free());
    assert_int_equal(db_group_commit(db), DB_OK);
    assert_all_well();
}

static void a_group_in_which_nobody_writes_takes_no_turn_and_succeeds(void **state) {
    (void)state;
    db_group_begin(db);
    assert_int_equal(value(db, &GROUP_COUNT, NULL), 0);
    assert_true(is_turn_free());
    assert_int_equal(db_group_commit(db), DB_OK);
    assert_all_well();
}

static void a_group_of_which_nothing_is_kept_writes_nothing(void **state) {
    (void)state;
    off_t before = size_of_log();
    db_group_begin(db);
    undo_part("one");
    undo_part("two");
    assert_int_equal(db_group_commit(db), DB_OK);
    assert_int_equal(size_of_log(), before);
    assert_all_well();
}

/* A read before the first write must not hold the group to what was then. */
static void the_group_sees_what_others_wrote_before_it(void **state) {
    (void)state;
    struct db *writer = fresh_open(&fresh, false, everything, COUNT(everything));
    db_group_begin(db);
    assert_int_equal(value(db, &GROUP_COUNT, NULL), 0);
    assert_int_equal(db_begin_write(writer, 1), DB_OK);
    assert_int_equal(db_run(writer, &GROUP_TASK, db_text("theirs")), DB_OK);
    assert_int_equal(db_commit(writer), DB_OK);
    keep_part("ours", 1);
    assert_int_equal(value(db, &GROUP_COUNT, NULL), 2);
    assert_int_equal(db_group_commit(db), DB_OK);
    db_close(writer);
    assert_all_well();
}

static void an_error_that_undoes_all_is_told_to_all(void **state) {
    (void)state;
    db_group_begin(db);
    keep_part("kept until then", 1);
    assert_int_not_equal(begin_part("ruin", 1), DB_OK);
    db_rollback(db);
    assert_int_equal(begin_part("behind it", 1), DB_FAILED);
    assert_false(is_turn_free());
    assert_int_equal(db_group_commit(db), DB_FAILED);
    assert_non_null(strstr(db_error(db), "all is lost"));
    assert_int_equal(value(other, &GROUP_COUNT, NULL), 0);
    assert_all_well();
}

static void the_first_part_can_be_the_one_that_undoes_all(void **state) {
    (void)state;
    db_group_begin(db);
    assert_int_not_equal(begin_part("ruin", 1), DB_OK);
    db_rollback(db);
    assert_int_equal(db_group_commit(db), DB_FAILED);
    assert_int_equal(value(other, &GROUP_COUNT, NULL), 0);
    assert_all_well();
}

static void set_file_limit(rlim_t size) {
    const struct rlimit limit = {size, RLIM_INFINITY};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No file may grow: as on a full disk. */
static void a_commit_that_fails_keeps_no_part(void **state) {
    (void)state;
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    db_group_begin(db);
    keep_part("one", 1);
    keep_part("two", 2);
    set_file_limit((rlim_t)size_of_log());
    enum db_result result = db_group_commit(db);
    set_file_limit(RLIM_INFINITY);
    (void)signal(SIGXFSZ, before);
    assert_int_equal(result, DB_FAILED);
    assert_true(*db_error(db));
    assert_int_equal(value(other, &GROUP_COUNT, NULL), 0);
    assert_all_well();
}

static void a_connection_that_is_closed_within_a_group_leaves_nothing(void **state) {
    (void)state;
    db_group_begin(db);
    keep_part("one", 1);
    assert_int_equal(begin_part("two", 1), DB_OK);
    db_close(db);
    db = fresh_open(&fresh, false, everything, COUNT(everything));
    assert_int_equal(value(other, &GROUP_COUNT, NULL), 0);
    assert_all_well();
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_part_is_undone_and_the_others_stay),
        TEST(the_turn_is_taken_with_the_first_write_and_given_with_the_commit),
        TEST(a_group_in_which_nobody_writes_takes_no_turn_and_succeeds),
        TEST(a_group_of_which_nothing_is_kept_writes_nothing),
        TEST(the_group_sees_what_others_wrote_before_it),
        TEST(an_error_that_undoes_all_is_told_to_all),
        TEST(the_first_part_can_be_the_one_that_undoes_all),
        TEST(a_commit_that_fails_keeps_no_part),
        TEST(a_connection_that_is_closed_within_a_group_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
