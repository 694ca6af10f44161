/* What is signed: links that stop mails, and return paths. Whose they are cannot be changed. */
#include "unit.h"

#include "domain/return_path.h"
#include "domain/unsubscribe.h"
#include "domain/watch.h"

#include <string.h>

static struct fresh fresh;
static struct db *db;

static const struct grant grants[] = {
    {"user", 15}, {"task", 15}, {"task_watcher", 15}, {"setting", MAY_READ}, {"event", MAY_READ},
};

DB_QUERY(TEST_PERSON, "INSERT INTO \"user\" (email, email_key, name) VALUES ($1, $1, $1)");
DB_QUERY(TEST_PLAIN_TASK, "INSERT INTO task (title, creator_id) VALUES ('Plan', 1)");

static int set_up(void **state) {
    (void)state;
    fresh_make(&fresh);
    db = fresh_open(&fresh, false, grants, COUNT(grants));
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run(db, &TEST_PERSON, db_text("ann@example.org")), DB_OK);
    assert_int_equal(db_run(db, &TEST_PERSON, db_text("bo@example.org")), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_PLAIN_TASK, NULL, 0), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    db_close(db);
    fresh_remove(&fresh);
    return 0;
}

static const char *token_of(int64_t user_id, int64_t task_id) {
    struct signer signer;
    assert_int_equal(signer_read(db, &signer), OUTCOME_OK);
    return unsubscribe_token(fresh.arena, &signer, &(struct unsubscribe){user_id, task_id});
}

static void a_token_names_one_person_and_one_task(void **state) {
    (void)state;
    struct unsubscribe found = {0};
    assert_int_equal(unsubscribe_read(db, fresh.arena, token_of(2, 1), &found), OUTCOME_OK);
    assert_int_equal(found.user_id, 2);
    assert_int_equal(found.task_id, 1);
    char *upper = arena_copy(fresh.arena, token_of(2, 1));
    for (char *c = upper; *c; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 32);
    assert_int_equal(unsubscribe_read(db, fresh.arena, upper, &found), OUTCOME_OK);
}

/* Each character of a token matters, and so does its length. */
static void no_other_token_is_taken(void **state) {
    (void)state;
    const char *good = token_of(2, 1);
    struct unsubscribe found = {0};
    for (size_t i = 0; i < strlen(good); i++) {
        char *bad = arena_copy(fresh.arena, good);
        bad[i] = bad[i] == '3' ? '4' : '3';
        assert_int_equal(unsubscribe_read(db, fresh.arena, bad, &found), OUTCOME_INVALID);
        bad[i] = '\0';
        assert_int_equal(unsubscribe_read(db, fresh.arena, bad, &found), OUTCOME_INVALID);
    }
    static const char *const bad[] = {"",       ".", "..", "2.1.", "-2.1.00", "99999999999999999999.1.00",
                                      " 2.1.00"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(unsubscribe_read(db, fresh.arena, bad[i], &found), OUTCOME_INVALID);
    assert_int_equal(unsubscribe_read(db, fresh.arena, arena_print(fresh.arena, "%s0", good), &found),
                     OUTCOME_INVALID);
    /* "02.1" is another spelling of the same numbers: what is signed is the numbers. */
    assert_int_equal(unsubscribe_read(db, fresh.arena, arena_print(fresh.arena, "0%s", good), &found),
                     OUTCOME_OK);
}

static void a_signature_is_for_its_purpose_only(void **state) {
    (void)state;
    struct signer signer;
    assert_int_equal(signer_read(db, &signer), OUTCOME_OK);
    const char *made = signature_make(fresh.arena, &signer, "bounce", "2.1");
    assert_int_equal(strlen(made), 32);
    assert_true(signature_is_good(&signer, "bounce", "2.1", made));
    assert_false(signature_is_good(&signer, "unsubscribe", "2.1", made));
    assert_false(signature_is_good(&signer, "bounce", "2.11", made));
    struct signer other = signer;
    other.key[0] ^= 1;
    assert_false(signature_is_good(&other, "bounce", "2.1", made));
}

static void a_return_path_names_its_delivery(void **state) {
    (void)state;
    struct signer signer;
    assert_int_equal(signer_read(db, &signer), OUTCOME_OK);
    char *made = arena_copy(fresh.arena, return_path_make(fresh.arena, &signer, "bounces@example.org", 17));
    assert_int_equal(strncmp(made, "bounces+17.", 11), 0);
    assert_int_equal(return_path_read(fresh.arena, &signer, made), 17);
    /* Mail servers fold letters and put their own host. */
    for (char *c = made; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    assert_int_equal(return_path_read(fresh.arena, &signer, made), 17);
    assert_true(strlen(made) - strlen("@example.org") <= 64); /* RFC 5321, 4.5.3.1.1 */
    static const char *const wrong[] = {"",
                                        "bounces@example.org",
                                        "bounces+@example.org",
                                        "a+17@b.c",
                                        "a+17.@b.c",
                                        "a+17.00@b.c",
                                        "a@b+17.c",
                                        "a+99999999999999999999.00@b.c"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(return_path_read(fresh.arena, &signer, wrong[i]), 0);
    made[8] = '2';
    assert_int_equal(return_path_read(fresh.arena, &signer, made), 0);
}

static const char *how(int64_t id) {
    struct user user = {0};
    assert_int_equal(user_find(db, fresh.arena, id, &user), OUTCOME_OK);
    return user.mail.how;
}

static void one_task_is_stopped_and_goes_on(void **state) {
    (void)state;
    const struct unsubscribe task = {2, 1};
    struct watch watch = {0};
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(unsubscribe_stop(db, &task), OUTCOME_OK);
    assert_int_equal(watch_find(db, fresh.arena, 1, 2, &watch), OUTCOME_OK);
    assert_string_equal(watch.state, "mute");
    assert_string_equal(how(2), "coalesced");
    assert_int_equal(unsubscribe_resume(db, &task), OUTCOME_OK);
    assert_int_equal(watch_find(db, fresh.arena, 1, 2, &watch), OUTCOME_OK);
    assert_null(watch.state);
    assert_int_equal(unsubscribe_stop(db, &(struct unsubscribe){2, 99}), OUTCOME_NOT_FOUND);
}

static void all_mail_is_stopped_for_one_person(void **state) {
    (void)state;
    const struct unsubscribe all = {2, 0};
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(unsubscribe_stop(db, &all), OUTCOME_OK);
    assert_string_equal(how(2), "off");
    assert_string_equal(how(1), "coalesced");
    assert_int_equal(unsubscribe_resume(db, &all), OUTCOME_OK);
    assert_string_equal(how(2), "coalesced");
    assert_int_equal(unsubscribe_stop(db, &(struct unsubscribe){99, 0}), OUTCOME_NOT_FOUND);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_token_names_one_person_and_one_task), TEST(no_other_token_is_taken),
        TEST(a_signature_is_for_its_purpose_only),   TEST(a_return_path_names_its_delivery),
        TEST(one_task_is_stopped_and_goes_on),       TEST(all_mail_is_stopped_for_one_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
