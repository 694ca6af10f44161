/* The lowest layer: memory, text, time, words, settings. */
#include "unit.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/json_check.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/random.h"
#include "base/utf8.h"
#include "base/words.h"

#include <stdio.h>
#include <string.h>

static void an_arena_gives_zeroed_memory_again_and_again(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 100000; size = size * 3 + 1) {
            unsigned char *piece = arena_take(arena, size);
            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(piece[i], 0);
            memset(piece, 0xAA, size);
        }
        arena_reset(arena);
    }
    arena_free(arena);
    arena_free(NULL);
}

static void a_buffer_grows_and_escapes(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct buffer out = buffer_new(arena, 2);
    buffer_add_integer(&out, INT64_MIN);
    buffer_add_char(&out, ' ');
    buffer_add_html(&out, "<a href=\"x\">'&'</a>");
    buffer_add_char(&out, ' ');
    buffer_add_url(&out, "전 &");
    assert_string_equal(out.data,
                        "-9223372036854775808 &lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt; "
                        "%EC%A0%84%20%26");
    arena_free(arena);
}

static void json_is_written_with_commas_and_escapes(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct buffer out = buffer_new(arena, 8);
    struct json_writer json = json_write_to(&out);
    json_open_object(&json);
    json_add_text(&json, "a", "\"\\\n\t\x01</전");
    json_key(&json, "b");
    json_open_array(&json);
    json_integer(&json, 1);
    json_open_object(&json);
    json_close_object(&json);
    json_null(&json);
    json_close_array(&json);
    json_add_boolean(&json, "c", true);
    json_close_object(&json);
    assert_string_equal(out.data, "{\"a\":\"\\\"\\\\\\n\\t\\u0001</전\",\"b\":[1,{},null],\"c\":true}");
    arena_free(arena);
}

static void days_are_days_of_the_calendar(void **state) {
    (void)state;
    static const char *const good[] = {"2026-12-24", "2024-02-29", "1970-01-01", "9999-12-31", "2000-02-29"};
    static const char *const bad[] = {"2026-02-29", "1900-02-29", "2026-13-01",  "2026-00-10",
                                      "2026-01-00", "2026-04-31", "26-01-01",    "2026-1-1",
                                      "2026/01/01", "1969-12-31", "2026-01-01 ", ""};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(clock_is_day(good[i], strlen(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(clock_is_day(bad[i], strlen(bad[i])));
}

static void times_are_written_as_the_rfcs_say(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    char text[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(1795424400, text);
    assert_string_equal(text, "2026-11-23T09:00:00Z");
    assert_string_equal(clock_rfc5322(arena, 1795424400), "Mon, 23 Nov 2026 09:00:00 +0000");
    arena_free(arena);
}

static void base64url_comes_back(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    unsigned char bytes[70];
    for (size_t size = 0; size < sizeof(bytes); size++) {
        random_fill(bytes, sizeof(bytes));
        const char *text = base64url_encode(arena, bytes, size);
        size_t back = 0;
        const char *decoded = base64url_decode(arena, text, &back);
        assert_non_null(decoded);
        assert_int_equal(back, size);
        assert_memory_equal(decoded, bytes, size);
    }
    size_t size = 0;
    assert_null(base64url_decode(arena, "a", &size));
    assert_null(base64url_decode(arena, "ab+c", &size));
    assert_null(base64url_decode(arena, "ab", &size)); /* bits left over */
    arena_free(arena);
}

static void control_characters_are_seen(void **state) {
    (void)state;
    assert_false(utf8_has_control("a\n\t전", strlen("a\n\t전")));
    assert_true(utf8_has_control("a\r", 2));
    assert_true(utf8_has_control("\x7F", 1));
    assert_true(utf8_has_control("\xC2\x85", 2));
    assert_int_equal(utf8_count("전단지!", strlen("전단지!")), 4);
}

static void the_language_people_like_best_is_taken(void **state) {
    (void)state;
    assert_int_equal(language_accepted("ko-KR,ko;q=0.9,en;q=0.8"), LANGUAGE_KO);
    assert_int_equal(language_accepted("en;q=0.3, ko;q=0.5"), LANGUAGE_KO);
    assert_int_equal(language_accepted("en-GB,ko;q=0.5"), LANGUAGE_EN);
    assert_int_equal(language_accepted("en;q=0.8,ko;q=0.801"), LANGUAGE_KO);
    assert_int_equal(language_accepted("en;q=1.000, ko;q=1.0"), LANGUAGE_EN);
    assert_int_equal(language_accepted("en;q=0.5, ko;q=4444444444444440.9"), LANGUAGE_EN);
    assert_int_equal(language_accepted("en;q=0.5, ko;q=-1"), LANGUAGE_EN);
    assert_int_equal(language_accepted("en;q=0.0004, ko;q=0.001999999999999999999999"), LANGUAGE_KO);
    assert_int_equal(language_accepted("ko;q="), LANGUAGE_EN);
    assert_int_equal(language_accepted("kok"), LANGUAGE_EN);
    assert_int_equal(language_accepted("fr,de"), LANGUAGE_EN);
    assert_int_equal(language_accepted(NULL), LANGUAGE_EN);
    assert_int_equal(language_accepted("k"), LANGUAGE_EN);
}

static void sentences_take_their_values(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(
        words_print(arena, LANGUAGE_EN, WORDS_FAULT_RANGE, {"least", "1"}, {"most", "{least}"}),
        "This must be from 1 to {least}.");
    arena_free(arena);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What was written between `"message":"` and the end of the line. */
static const char *logged(struct arena *arena, const char *message, bool as_request) {
    static const char path[] = "/tmp/pumasi-unit.log";
    char line[4096] = "";
    (void)unlink(path);
    assert_true(log_open("test", path));
    log_set_request(as_request ? message : "id");
    log_info("%s", as_request ? "message" : message);
    log_set_request(NULL);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(line, 1, sizeof(line) - 1, file);
    line[size] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_ptr_equal(strchr(line, '\n'), line + size - 1);
    assert_int_equal(json_check(line, size, 2).fault, JSON_GOOD);
    (void)unlink(path);
    const char *start = strstr(line, as_request ? "\"request\":\"" : "\"message\":\"") + 11;
    return arena_copy_bytes(arena, start, strcspn(start, "}\n"));
}

static void no_line_of_the_log_can_be_forged(void **state) {
    (void)state;
    static const struct {
        const char *said;
        const char *written;
    } rows[] = {
        {"a\r\n{\"level\":\"info\"", "a\\u000d\\u000a{\\\"level\\\":\\\"info\\\"\""},
        {"\x1b[2J\x1b]0;x\a", "\\u001b[2J\\u001b]0;x\\u0007\""},
        {"\xc2\x9b"
         "31m\x7f",
         "\\u009b31m\\u007f\""},
        {"\xe2\x80\xa8\xe2\x80\xae", "\\u2028\\u202e\""},
        {"a\xff\xc0\xaf", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"지우 \\ é", "지우 \\\\ é\""},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int as_request = 0; as_request < 2; as_request++) {
            const char *found = logged(arena, rows[i].said, as_request);
            assert_int_equal(strncmp(found, rows[i].written, strlen(rows[i].written)), 0);
        }
    char long_text[3000];
    memset(long_text, '\n', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    assert_true(strlen(logged(arena, long_text, false)) > 500);
    assert_true(log_open("test", "/dev/null"));
    arena_free(arena);
}

static void settings_are_read_and_refused_with_the_line(void **state) {
    (void)state;
    static const char path[] = "/tmp/pumasi-unit.conf";
    static const char secret[] = "/tmp/pumasi-unit.secret";
    struct arena *arena = arena_new();
    const char *error = NULL;
    assert_int_equal(setenv("PUMASI_CONFIG", path, 1), 0);
    write_file(secret, "smtp://me:pass@mail.example.org\n");
    write_file(path, "# x\nregistration = open\nmail_delay = 5\nmail_file = /tmp/pumasi-unit.secret\n");
    const struct config *config = config_read(arena, &error);
    assert_non_null(config);
    assert_int_equal(config->registration, REGISTRATION_OPEN);
    assert_int_equal(config->mail_delay_s, 5);
    assert_string_equal(config->mail, "smtp://me:pass@mail.example.org");
    size_t count = 0;
    const struct config_row *rows = config_rows(arena, config, &count);
    for (size_t i = 0; i < count; i++)
        assert_null(strstr(rows[i].value, "pass"));
    assert_int_equal(setenv("PUMASI_MAIL_DELAY", "9", 1), 0);
    assert_int_equal(config_read(arena, &error)->mail_delay_s, 9);
    assert_int_equal(unsetenv("PUMASI_MAIL_DELAY"), 0);
    static const char *const wrong[] = {"colour = red\n",
                                        "mail_delay = soon\n",
                                        "mail_delay = 3601\n",
                                        "registration\n",
                                        "registration = maybe\n",
                                        "base_url =\n",
                                        "mail_file = /nonexistent\n",
                                        "trusted_proxy = proxy\n",
                                        "trusted_proxy = 192.0.2.1 192.0.2.2\n",
                                        "trusted_proxy = 192.0.2.1,,\n"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        write_file(path, wrong[i]);
        assert_null(config_read(arena, &error));
        assert_non_null(strstr(error, "pumasi-unit.conf:1"));
    }
    (void)unlink(path);
    (void)unlink(secret);
    arena_free(arena);
}

static void zones_are_those_of_the_database(void **state) {
    (void)state;
    static const char *const good[] = {"UTC", "Asia/Seoul", "America/Argentina/Buenos_Aires", "Etc/GMT+5"};
    static const char *const bad[] = {"",
                                      "Asia",
                                      "/etc/passwd",
                                      "../../../etc/passwd",
                                      "Asia/../UTC",
                                      "Mars/Base",
                                      "Asia/Seoul\n",
                                      "Asia/Seoul/",
                                      ":UTC",
                                      "<x>3"};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(clock_is_zone(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(clock_is_zone(bad[i]));
}

static void the_zones_to_choose_from_are_sorted_and_known(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct clock_zones zones = clock_zones();
    bool has_seoul = false;
    assert_true(zones.count > 300);
    for (size_t i = 0; i < zones.count; i++) {
        assert_true(clock_is_zone(zones.names[i]));
        assert_true(i == 0 || strcmp(zones.names[i - 1], zones.names[i]) < 0);
        has_seoul |= strcmp(zones.names[i], "Asia/Seoul") == 0;
    }
    assert_true(has_seoul);
    arena_free(arena);
}

static void assert_shows(const char *zone, int64_t time, const char *day, int hour) {
    struct clock_local local = clock_local(zone, time);
    assert_string_equal(local.day, day);
    assert_int_equal(local.hour, hour);
}

static void clocks_show_their_zone(void **state) {
    (void)state;
    const int64_t nine = 1795424400; /* Mon, 23 Nov 2026 09:00 UTC */
    assert_shows("UTC", nine, "2026-11-23", 9);
    assert_shows("Asia/Seoul", nine, "2026-11-23", 18);
    assert_shows("Pacific/Kiritimati", nine + 3600, "2026-11-24", 0);
    assert_shows("America/New_York", nine, "2026-11-23", 4);
    assert_shows("No/Such", nine, "2026-11-23", 9);
}

static void the_next_hour_is_that_of_the_zone(void **state) {
    (void)state;
    const int64_t nine = 1795424400;
    assert_int_equal(clock_next_hour("UTC", 8, nine), nine + 23 * 3600);
    assert_int_equal(clock_next_hour("UTC", 9, nine), nine + 24 * 3600);
    assert_int_equal(clock_next_hour("UTC", 9, nine - 1), nine);
    assert_int_equal(clock_next_hour("Asia/Seoul", 19, nine), nine + 3600);
    /* Over the end of summer time (1 Nov 2026, 06:00 UTC) a day has 25 hours in New York. */
    const int64_t before = clock_next_hour("America/New_York", 8, 1793404800); /* Fri, 30 Oct 2026 */
    assert_shows("America/New_York", before, "2026-10-31", 8);
    assert_int_equal(clock_next_hour("America/New_York", 8, before), before + 25 * 3600);
    /* At its begin (8 Mar 2026) there is no two o'clock: the mail goes nevertheless, once. */
    const int64_t gap = clock_next_hour("America/New_York", 2, 1772931600); /* 8 Mar 2026, 01:00 UTC */
    assert_true(gap > 1772931600 && gap <= 1772931600 + 7 * 3600);
    assert_shows("America/New_York", clock_next_hour("America/New_York", 2, gap), "2026-03-09", 2);
}

static void assert_hex(const char *hex, const unsigned char digest[SHA256_BYTES]) {
    char text[2 * SHA256_BYTES + 1];
    for (size_t i = 0; i < SHA256_BYTES; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(text, hex);
}

/* FIPS 180-4's own example, and cases 1, 2 and 6 of RFC 4231. */
static void digests_are_those_of_the_standards(void **state) {
    (void)state;
    unsigned char digest[SHA256_BYTES];
    sha256("abc", 3, digest);
    assert_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest);
    unsigned char key[131];
    memset(key, 0x0B, 20);
    hmac_sha256(key, 20, "Hi There", 8, digest);
    assert_hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", digest);
    hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest);
    assert_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", digest);
    memset(key, 0xAA, sizeof(key));
    const char *text = "Test Using Larger Than Block-Size Key - Hash Key First";
    hmac_sha256(key, sizeof(key), text, strlen(text), digest);
    assert_hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", digest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_gives_zeroed_memory_again_and_again),
        cmocka_unit_test(a_buffer_grows_and_escapes),
        cmocka_unit_test(json_is_written_with_commas_and_escapes),
        cmocka_unit_test(days_are_days_of_the_calendar),
        cmocka_unit_test(times_are_written_as_the_rfcs_say),
        cmocka_unit_test(base64url_comes_back),
        cmocka_unit_test(control_characters_are_seen),
        cmocka_unit_test(the_language_people_like_best_is_taken),
        cmocka_unit_test(sentences_take_their_values),
        cmocka_unit_test(no_line_of_the_log_can_be_forged),
        cmocka_unit_test(settings_are_read_and_refused_with_the_line),
        cmocka_unit_test(digests_are_those_of_the_standards),
        cmocka_unit_test(zones_are_those_of_the_database),
        cmocka_unit_test(the_zones_to_choose_from_are_sorted_and_known),
        cmocka_unit_test(clocks_show_their_zone),
        cmocka_unit_test(the_next_hour_is_that_of_the_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
