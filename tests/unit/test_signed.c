/* What is signed: links that stop mails, and return paths. Whose they are cannot be changed. */
#include "unit.h"

#include "base/clock.h"
#include "domain/return_path.h"
#include "domain/unsubscribe.h"
#include "domain/watch.h"

#include <string.h>
#include <sys/stat.h>

static struct fresh fresh;
static struct db *db;
static const char *keys;
static const char *error;

static const struct grant grants[] = {
    {"user", 15}, {"task", 15}, {"task_watcher", 15}, {"setting", 15}, {"delivery", 15}, {"event", MAY_READ},
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
    keys = arena_print(fresh.arena, "%s/keys", fresh.directory);
    assert_true(signer_make(db, fresh.arena, keys, &error));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    db_close(db);
    (void)unlink(keys);
    fresh_remove(&fresh);
    return 0;
}

static const char *token_of(int64_t user_id, int64_t task_id) {
    struct signer signer;
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
    return unsubscribe_token(fresh.arena, &signer, &(struct unsubscribe){user_id, task_id});
}

static enum outcome read_token(const char *token, struct unsubscribe *found) {
    struct signer signer;
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
    return unsubscribe_read(&signer, fresh.arena, token, found);
}

static void a_token_names_one_person_and_one_task(void **state) {
    (void)state;
    struct unsubscribe found = {0};
    assert_int_equal(read_token(token_of(2, 1), &found), OUTCOME_OK);
    assert_int_equal(found.user_id, 2);
    assert_int_equal(found.task_id, 1);
    char *upper = arena_copy(fresh.arena, token_of(2, 1));
    for (char *c = upper; *c; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 32);
    assert_int_equal(read_token(upper, &found), OUTCOME_OK);
}

/* Each character of a token matters, and so does its length. */
static void no_other_token_is_taken(void **state) {
    (void)state;
    const char *good = token_of(2, 1);
    struct unsubscribe found = {0};
    for (size_t i = 0; i < strlen(good); i++) {
        char *bad = arena_copy(fresh.arena, good);
        bad[i] = bad[i] == '3' ? '4' : '3';
        assert_int_equal(read_token(bad, &found), OUTCOME_INVALID);
        bad[i] = '\0';
        assert_int_equal(read_token(bad, &found), OUTCOME_INVALID);
    }
    static const char *const bad[] = {"",       ".", "..", "2.1.", "-2.1.00", "99999999999999999999.1.00",
                                      " 2.1.00"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(read_token(bad[i], &found), OUTCOME_INVALID);
    assert_int_equal(read_token(arena_print(fresh.arena, "%s0", good), &found), OUTCOME_INVALID);
    /* "02.1" is another spelling of the same numbers: what is signed is the numbers. */
    assert_int_equal(read_token(arena_print(fresh.arena, "0%s", good), &found), OUTCOME_OK);
}

static void a_signature_is_for_its_purpose_only(void **state) {
    (void)state;
    struct signer signer;
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
    const char *made = signature_make(fresh.arena, &signer, "bounce", "2.1");
    assert_int_equal(strlen(made), 32);
    assert_true(signature_is_good(&signer, "bounce", "2.1", made));
    assert_false(signature_is_good(&signer, "unsubscribe", "2.1", made));
    assert_false(signature_is_good(&signer, "bounce", "2.11", made));
    struct signer other = signer;
    other.keys.keys[0][0] ^= 1;
    assert_false(signature_is_good(&other, "bounce", "2.1", made));
}

static void a_return_path_names_its_delivery(void **state) {
    (void)state;
    struct signer signer;
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
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

/* ---- the file of keys ---- */

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void write_keys(const char *text) {
    FILE *file = fopen(keys, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void write_key_at(int64_t newest_made_at) {
    write_keys(arena_print(fresh.arena, "5 " KEY_A "\n%lld " KEY_B "\n", (long long)newest_made_at));
}

static void a_link_of_the_key_before_works_for_30_days_and_no_longer(void **state) {
    (void)state;
    struct unsubscribe found = {0};
    int64_t now = clock_now();
    write_keys("5 " KEY_A "\n");
    const char *former = token_of(2, 1);
    write_key_at(now);
    const char *newer = token_of(2, 1);
    assert_string_not_equal(former, newer);
    assert_int_equal(read_token(former, &found), OUTCOME_OK);
    write_key_at(now - KEY_FILE_FORMER_S + 60);
    assert_int_equal(read_token(former, &found), OUTCOME_OK);
    assert_int_equal(read_token(newer, &found), OUTCOME_OK);
    write_key_at(now - KEY_FILE_FORMER_S);
    assert_int_equal(read_token(former, &found), OUTCOME_INVALID);
    assert_int_equal(read_token(newer, &found), OUTCOME_OK);
}

static void rotating_adds_a_key_that_nobody_had(void **state) {
    (void)state;
    struct signer signer;
    struct unsubscribe found = {0};
    const char *first = token_of(2, 1);
    for (size_t count = 2; count <= 12; count++) {
        const char *before = token_of(2, 1);
        assert_true(key_file_rotate(fresh.arena, keys, clock_now(), &error));
        assert_true(signer_read(fresh.arena, keys, &signer, &error));
        assert_int_equal(signer.keys.count, count < KEY_FILE_MOST_KEYS ? count : KEY_FILE_MOST_KEYS);
        assert_string_not_equal(before, token_of(2, 1));
        assert_int_equal(read_token(before, &found), OUTCOME_OK);
    }
    assert_int_equal(read_token(first, &found), OUTCOME_INVALID);
}

static void who_holds_the_file_open_sees_the_new_key(void **state) {
    (void)state;
    struct signer signer;
    int descriptor = key_file_open(fresh.arena, keys, &error);
    assert_true(descriptor >= 0);
    assert_true(key_file_rotate(fresh.arena, keys, clock_now(), &error));
    const char *made = token_of(2, 1);
    assert_true(key_file_read(descriptor, clock_now(), &signer.keys));
    struct unsubscribe found = {0};
    assert_int_equal(unsubscribe_read(&signer, fresh.arena, made, &found), OUTCOME_OK);
    assert_int_equal(close(descriptor), 0);
}

static void a_torn_line_is_no_key_and_harms_none(void **state) {
    (void)state;
    struct signer signer;
    static const char *const torn[] = {"",         "7",        "7 ", "7 abc", "x " KEY_B, "7 " KEY_B "0",
                                       "7 " KEY_B, "-7 " KEY_B};
    for (size_t i = 0; i < COUNT(torn); i++) {
        write_keys(arena_print(fresh.arena, "5 " KEY_A "\n%s", torn[i]));
        assert_true(signer_read(fresh.arena, keys, &signer, &error));
        assert_int_equal(signer.keys.count, 1);
        assert_int_equal(signer.keys.keys[0][0], 0xAA);
        assert_true(key_file_rotate(fresh.arena, keys, 100, &error));
        assert_true(signer_read(fresh.arena, keys, &signer, &error));
        assert_int_not_equal(signer.keys.keys[0][0] << 8 | signer.keys.keys[0][1], 0xAAAA);
    }
    write_keys("nothing\n");
    assert_false(signer_read(fresh.arena, keys, &signer, &error));
    assert_true(key_file_make(fresh.arena, keys, clock_now(), NULL, &error));
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
}

static void keys_that_others_may_read_are_refused(void **state) {
    (void)state;
    struct signer signer;
    assert_int_equal(chmod(keys, 0640), 0);
    assert_false(signer_read(fresh.arena, keys, &signer, &error));
    assert_non_null(strstr(error, "chmod 600"));
    assert_false(key_file_rotate(fresh.arena, keys, clock_now(), &error));
    assert_int_equal(unlink(keys), 0);
    assert_int_equal(symlink("/dev/null", keys), 0);
    assert_false(signer_read(fresh.arena, keys, &signer, &error));
    assert_int_equal(unlink(keys), 0);
    assert_false(signer_read(fresh.arena, keys, &signer, &error));
    assert_non_null(strstr(error, "pumasi migrate"));
    assert_false(key_file_rotate(fresh.arena, keys, clock_now(), &error));
}

DB_QUERY(TEST_SECRET, "INSERT INTO setting (key, value) VALUES ('secret', $1)");
DB_QUERY(TEST_SECRETS, "SELECT count(*) FROM setting WHERE key = 'secret'");
DB_QUERY(TEST_MAIL,
         "INSERT INTO delivery (user_id, task_id, message_id, state) VALUES (2, 1, '<a@b>', 'sent')");

/* Makes the keys anew beside a database that holds one. */
static void make_beside_a_secret(bool is_in_use) {
    int64_t left = -1;
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run(db, &TEST_SECRET, db_text(KEY_A)), DB_OK);
    if (is_in_use)
        assert_int_equal(db_run_values(db, &TEST_MAIL, NULL, 0), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(unlink(keys), 0);
    assert_true(signer_make(db, fresh.arena, keys, &error));
    assert_int_equal(db_find_integer_values(db, &TEST_SECRETS, &left, NULL, 0), DB_OK);
    assert_int_equal(left, 0);
}

static void the_key_leaves_the_database_and_links_that_are_out_work(void **state) {
    (void)state;
    struct signer signer;
    make_beside_a_secret(false);
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
    assert_int_equal(signer.keys.count, 1);
    make_beside_a_secret(true);
    assert_true(signer_read(fresh.arena, keys, &signer, &error));
    assert_int_equal(signer.keys.count, 2);
    for (size_t i = 0; i < KEY_FILE_KEY_BYTES; i++)
        assert_int_equal(signer.keys.keys[1][i], 0xAA);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_token_names_one_person_and_one_task),
        TEST(no_other_token_is_taken),
        TEST(a_signature_is_for_its_purpose_only),
        TEST(a_return_path_names_its_delivery),
        TEST(one_task_is_stopped_and_goes_on),
        TEST(all_mail_is_stopped_for_one_person),
        TEST(a_link_of_the_key_before_works_for_30_days_and_no_longer),
        TEST(rotating_adds_a_key_that_nobody_had),
        TEST(who_holds_the_file_open_sees_the_new_key),
        TEST(a_torn_line_is_no_key_and_harms_none),
        TEST(keys_that_others_may_read_are_refused),
        TEST(the_key_leaves_the_database_and_links_that_are_out_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
