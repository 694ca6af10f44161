/* Reminders over days and years, by clocks that jump: told once a day, at the person's hour, late rather than
 * never. The present is the test's own. */
#include "unit.h"

#include "domain/delivery.h"
#include "domain/reminder.h"

#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static struct fresh fresh;
static struct db *db;

static const struct grant grants[] = {
    {"user", 15},  {"task", 15},     {"task_watcher", 15},    {"task_snapshot", 15}, {"setting", 15},
    {"event", 15}, {"delivery", 15}, {"event_recipient", 15}, {"outbox", 15},        {"rule", 15},
};

DB_QUERY(TEST_BO, "INSERT INTO \"user\" (email, email_key, name, mail_hour, time_zone) "
                  "VALUES ('bo@example.org', 'bo@example.org', 'Bo', $1, $2)");
DB_QUERY(TEST_WISH, "UPDATE \"user\" SET mail_hour = $1, time_zone = $2");
DB_QUERY(TEST_DUE_TASK, "INSERT INTO task (title, creator_id, due_on) VALUES ('Plan', 1, $1)");
DB_QUERY(TEST_PUT_ON, "UPDATE task SET due_on = $1");
DB_QUERY(TEST_FORGET, "DELETE FROM outbox");
DB_QUERY(TEST_SAID, "SELECT count(*) FROM event WHERE type = 'task.due'");
DB_QUERY(TEST_LAST_DAY, "SELECT day FROM event WHERE type = 'task.due' ORDER BY id DESC LIMIT 1");
DB_QUERY(TEST_LAST_DAYS, "SELECT CAST(detail -> 'due' ->> 'days' AS INTEGER) FROM event "
                         "WHERE type = 'task.due' ORDER BY id DESC LIMIT 1");
DB_QUERY(TEST_GOES_AT, "SELECT next_at FROM delivery WHERE kind = 'daily' ORDER BY id DESC LIMIT 1");
DB_QUERY(TEST_SEND,
         "UPDATE delivery SET state = 'sent', sent_at = $1 WHERE state = 'pending' AND next_at <= $1");

static int set_up(void **state) {
    (void)state;
    fresh_make(&fresh);
    db = fresh_open(&fresh, false, grants, COUNT(grants));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    db_close(db);
    fresh_remove(&fresh);
    return 0;
}

static void run(const struct db_query *query, const struct db_value *values, size_t count) {
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run_values(db, query, values, count), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
}
#define RUN(query, ...)                                                                                      \
    run((query), (const struct db_value[]){__VA_ARGS__}, COUNT(((const struct db_value[]){__VA_ARGS__})))

static int64_t ask(const struct db_query *query) {
    int64_t value = 0;
    enum db_result result = db_find_integer_values(db, query, &value, NULL, 0);
    assert_true(result == DB_OK || result == DB_END);
    return value;
}

/* Bo, and one task that is due. */
static void begin(const char *zone, int64_t hour, const char *due_on) {
    RUN(&TEST_BO, db_integer(hour), db_text(zone));
    RUN(&TEST_DUE_TASK, db_text(due_on));
    run(&TEST_FORGET, NULL, 0);
}

/* The reminder runs. True if it said something. */
static bool says(int64_t now) {
    int64_t before = ask(&TEST_SAID);
    struct reminder_place place = {0};
    bool more = true;
    assert_int_equal(reminder_write(db, fresh.arena, now, &place, &more), OUTCOME_OK);
    assert_false(more);
    return ask(&TEST_SAID) > before;
}

/* The mailer plans: when the mail of the day goes. */
static int64_t goes_at(void) {
    size_t planned = 0;
    bool more = false;
    assert_int_equal(delivery_plan(db, fresh.arena, "example.org", 0, &planned, &more), OUTCOME_OK);
    return ask(&TEST_GOES_AT);
}

static void assert_last(const char *day, int64_t days) {
    struct db_rows *rows = NULL;
    assert_int_equal(db_start_values(db, &TEST_LAST_DAY, &rows, NULL, 0), DB_OK);
    assert_int_equal(db_next(rows), DB_ROW);
    assert_string_equal(db_peek_text(rows, 0).text, day);
    db_finish(rows);
    assert_int_equal(ask(&TEST_LAST_DAYS), days);
}

static const int64_t MIDNIGHT = 1804032000; /* Wed, 3 Mar 2027 00:00 UTC */

static void ten_minutes_before_the_hour_and_in_its_mail(void **state) {
    (void)state;
    begin("UTC", 8, "2027-03-03");
    assert_false(says(MIDNIGHT + 8 * HOUR_S - 11 * MINUTE_S));
    assert_true(says(MIDNIGHT + 8 * HOUR_S - 10 * MINUTE_S));
    assert_last("2027-03-03", 0);
    assert_int_equal(goes_at(), MIDNIGHT + 8 * HOUR_S);
    for (int64_t hour = 8; hour < 24; hour++)
        assert_false(says(MIDNIGHT + hour * HOUR_S));
}

static void a_year_late_is_told_daily_for_a_week_and_then_weekly(void **state) {
    (void)state;
    begin("Asia/Seoul", 8, "2027-03-03");
    int64_t expected = 0;
    for (int64_t day = 0; day <= 365; day++) {
        bool is_day = day <= 7 || day % 7 == 0;
        expected += is_day;
        (void)says(MIDNIGHT + day * DAY_S - 9 * HOUR_S + 7 * HOUR_S);
        (void)says(MIDNIGHT + day * DAY_S - HOUR_S); /* eight o'clock in Seoul */
        assert_int_equal(ask(&TEST_SAID), expected);
        if (is_day)
            assert_int_equal(ask(&TEST_LAST_DAYS), -day);
    }
}

static void late_is_better_than_never(void **state) {
    (void)state;
    begin("UTC", 8, "2027-03-03");
    /* Down over the hour: now, and once. */
    assert_true(says(MIDNIGHT + 15 * HOUR_S));
    assert_int_equal(goes_at(), MIDNIGHT + 15 * HOUR_S);
    assert_false(says(MIDNIGHT + 15 * HOUR_S + MINUTE_S));
    RUN(&TEST_SEND, db_integer(MIDNIGHT + 15 * HOUR_S));
    /* Down on the fourteenth day: on the sixteenth, and a week from then. */
    for (int64_t day = 1; day < 14; day++)
        assert_true(says(MIDNIGHT + day * DAY_S + 8 * HOUR_S) == (day <= 7));
    assert_true(says(MIDNIGHT + 16 * DAY_S + 8 * HOUR_S));
    assert_false(says(MIDNIGHT + 21 * DAY_S + 8 * HOUR_S));
    assert_true(says(MIDNIGHT + 23 * DAY_S + 8 * HOUR_S));
}

static void put_on_a_day_long_past_is_told_at_once(void **state) {
    (void)state;
    begin("UTC", 8, "2027-12-24");
    assert_false(says(MIDNIGHT + 12 * HOUR_S));
    RUN(&TEST_PUT_ON, db_text("2026-11-20"));
    assert_true(says(MIDNIGHT + 12 * HOUR_S));
    assert_last("2027-03-03", -103);
    assert_false(says(MIDNIGHT + DAY_S + 12 * HOUR_S));
    assert_true(says(MIDNIGHT + 7 * DAY_S + 12 * HOUR_S));
}

static void another_hour_in_the_day(void **state) {
    (void)state;
    begin("UTC", 8, "2027-03-03");
    assert_true(says(MIDNIGHT + 8 * HOUR_S));
    RUN(&TEST_WISH, db_integer(20), db_text("UTC"));
    assert_false(says(MIDNIGHT + 20 * HOUR_S)); /* once a day */
    assert_true(says(MIDNIGHT + DAY_S + 20 * HOUR_S));
    RUN(&TEST_WISH, db_integer(6), db_text("UTC"));
    assert_false(says(MIDNIGHT + DAY_S + 21 * HOUR_S));
    assert_true(says(MIDNIGHT + 2 * DAY_S + 6 * HOUR_S));
}

static void a_journey_in_the_day(void **state) {
    (void)state;
    begin("Pacific/Kiritimati", 8, "2027-03-03"); /* UTC+14 */
    int64_t there = MIDNIGHT + 8 * HOUR_S - 14 * HOUR_S;
    assert_true(says(there));
    assert_last("2027-03-03", 0);
    /* Over the date line her day is yesterday, and the third comes once more: it is not said again. */
    RUN(&TEST_WISH, db_integer(8), db_text("Pacific/Honolulu")); /* UTC-10 */
    assert_false(says(there + HOUR_S));
    assert_false(says(there + DAY_S)); /* eight o'clock of the third in Honolulu */
    assert_true(says(there + 2 * DAY_S));
    assert_last("2027-03-04", -1);
    /* And back: the fifth begins at once. */
    RUN(&TEST_WISH, db_integer(8), db_text("Pacific/Kiritimati"));
    assert_true(says(there + 2 * DAY_S + HOUR_S));
    assert_last("2027-03-05", -2);
}

static void the_ends_of_the_earth(void **state) {
    (void)state;
    begin("Etc/GMT+12", 8, "2027-03-03"); /* UTC-12 */
    assert_false(says(MIDNIGHT + 20 * HOUR_S - 11 * MINUTE_S));
    assert_true(says(MIDNIGHT + 20 * HOUR_S - 10 * MINUTE_S));
    assert_int_equal(goes_at(), MIDNIGHT + 20 * HOUR_S);
    assert_last("2027-03-03", 0);
}

static void at_midnight_and_before(void **state) {
    (void)state;
    begin("UTC", 0, "2027-03-03");
    assert_false(says(MIDNIGHT - 11 * MINUTE_S));
    assert_true(says(MIDNIGHT - 10 * MINUTE_S));
    assert_last("2027-03-03", 0);
    assert_int_equal(goes_at(), MIDNIGHT); /* not ten minutes before the day */
    assert_false(says(MIDNIGHT));
    RUN(&TEST_WISH, db_integer(23), db_text("UTC"));
    /* Back after a night's work on the server, five minutes before the day ends. */
    assert_true(says(MIDNIGHT + 2 * DAY_S - 5 * MINUTE_S));
    assert_last("2027-03-04", -1);
    assert_true(goes_at() <= MIDNIGHT + 2 * DAY_S);
}

/* Each minute of five days around the change; counts what is said, which is once a day. */
static void assert_once_a_day(int64_t hour, int64_t from, const char *due_on) {
    begin("America/New_York", hour, due_on);
    int64_t said = 0;
    for (int64_t now = from; now < from + 5 * DAY_S; now += MINUTE_S) {
        if (!says(now))
            continue;
        said++;
        int64_t wait = goes_at() - now;
        assert_true(wait >= 0 && wait <= 10 * MINUTE_S);
        RUN(&TEST_SEND, db_integer(now + wait));
    }
    assert_int_equal(said, 5);
}

static void summer_time_begins(void **state) {
    (void)state;
    /* From Thursday; there is no such hour on Sunday. */
    assert_once_a_day(2, 1804741200, "2027-03-11");
}

static void summer_time_ends(void **state) {
    (void)state;
    /* From Thursday; it comes twice on Sunday. */
    assert_once_a_day(1, 1825300800, "2027-11-04");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ten_minutes_before_the_hour_and_in_its_mail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_year_late_is_told_daily_for_a_week_and_then_weekly, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(late_is_better_than_never, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_on_a_day_long_past_is_told_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_hour_in_the_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journey_in_the_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_ends_of_the_earth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_midnight_and_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(summer_time_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(summer_time_ends, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
