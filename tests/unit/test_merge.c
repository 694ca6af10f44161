/* Edits of an older version, where the log reaches back to it and where it does not any more. */
#include "unit.h"

#include "domain/task.h"

static struct fresh fresh;

DB_QUERY(TEST_USER, "INSERT INTO \"user\" (email, email_key, name) VALUES ('a@b', 'a@b', 'Min')");
DB_QUERY(TEST_BEGIN, "UPDATE setting SET value = '9999999999' WHERE key = 'log_begins_at'");
DB_QUERY(TEST_FORGET_OUTBOX, "DELETE FROM outbox");
DB_QUERY(TEST_FORGET, "DELETE FROM event WHERE task_version = 2");

DB_QUERY(TEST_MOVE, "UPDATE task SET progress = (progress + 1) % 90 WHERE id = $1");

static const struct grant grants[] = {
    {"user", 15},   {"task", 15},    {"task_label", MAY_READ}, {"event", 15}, {"event_recipient", 15},
    {"outbox", 15}, {"setting", 15}, {"delivery", 15}};

static struct db *open_with_user(void) {
    fresh_make(&fresh);
    struct db *db = fresh_open(&fresh, false, grants, COUNT(grants));
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_USER, NULL, 0), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    return db;
}

/* Version 1 is "First", low; version 2 changed the title, version 3 the priority. */
static int64_t make_versions(struct db *db) {
    struct task task = {0};
    unsigned conflict = 0;
    const struct task_values first = {
        .fields = TASK_TITLE | TASK_PRIORITY, .title = "First", .priority = "low"};
    const struct task_values second = {.fields = TASK_TITLE, .title = "Second"};
    const struct task_values third = {.fields = TASK_PRIORITY, .priority = "high"};
    assert_int_equal(task_create(db, fresh.arena, 1, &first, &task), OUTCOME_OK);
    int64_t id = task.id;
    assert_int_equal(task_update(db, fresh.arena, 1, id, 1, &second, &task, &conflict), OUTCOME_OK);
    assert_int_equal(task_update(db, fresh.arena, 1, id, 2, &third, &task, &conflict), OUTCOME_OK);
    assert_int_equal(task.version, 3);
    return id;
}

static void forget_second_version(struct db *db) {
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_BEGIN, NULL, 0), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_FORGET_OUTBOX, NULL, 0), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_FORGET, NULL, 0), DB_OK);
    assert_int_equal(db_changes(db), 1);
    assert_int_equal(db_commit(db), DB_OK);
}

static void what_others_left_alone_is_merged(void **state) {
    (void)state;
    struct db *db = open_with_user();
    int64_t id = make_versions(db);
    struct task task = {0};
    unsigned conflict = 0;
    const struct task_values hers = {
        .fields = TASK_TITLE | TASK_DUE, .title = "First", .due_on = "2027-01-02"};
    assert_int_equal(task_update(db, fresh.arena, 1, id, 1, &hers, &task, &conflict), OUTCOME_OK);
    assert_string_equal(task.title, "Second");
    assert_string_equal(task.due_on, "2027-01-02");
    db_close(db);
    fresh_remove(&fresh);
}

/* Nobody can tell whether she means "Third" or still has it from then: she is asked. */
static void what_the_log_has_forgotten_is_no_licence_to_overwrite(void **state) {
    (void)state;
    struct db *db = open_with_user();
    int64_t id = make_versions(db);
    forget_second_version(db);
    struct task task = {0};
    unsigned conflict = 0;
    const struct task_values hers = {.fields = TASK_TITLE | TASK_PRIORITY | TASK_STATUS,
                                     .title = "Third",
                                     .priority = "high",
                                     .status = "todo"};
    assert_int_equal(task_update(db, fresh.arena, 1, id, 1, &hers, &task, &conflict), OUTCOME_CONFLICT);
    assert_int_equal(conflict, TASK_TITLE);
    assert_string_equal(task.title, "Second");
    assert_int_equal(task_update(db, fresh.arena, 1, id, 2, &hers, &task, &conflict), OUTCOME_OK);
    assert_string_equal(task.title, "Third");
    db_close(db);
    fresh_remove(&fresh);
}

/* A thousand versions are read, no more: what lies further back counts as forgotten. */
static void who_is_far_behind_is_asked(void **state) {
    (void)state;
    enum { MOST = 1000 };
    struct db *db = open_with_user();
    int64_t id = make_versions(db);
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    for (int64_t i = 0; i < MOST; i++)
        assert_int_equal(db_run(db, &TEST_MOVE, db_integer(id)), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    struct task task = {0};
    unsigned conflict = 0;
    const struct task_values hers = {.fields = TASK_TITLE, .title = "Third"};
    assert_int_equal(task_update(db, fresh.arena, 1, id, 2, &hers, &task, &conflict), OUTCOME_CONFLICT);
    assert_int_equal(conflict, TASK_TITLE);
    assert_int_equal(task_update(db, fresh.arena, 1, id, 3, &hers, &task, &conflict), OUTCOME_OK);
    assert_string_equal(task.title, "Third");
    db_close(db);
    fresh_remove(&fresh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_others_left_alone_is_merged),
        cmocka_unit_test(what_the_log_has_forgotten_is_no_licence_to_overwrite),
        cmocka_unit_test(who_is_far_behind_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
