/* Codes of authenticator apps: those of RFC 6238, appendix B, and what counts as now. */
#include "unit.h"

#include "domain/totp.h"

#include <string.h>

static const unsigned char secret[] = "12345678901234567890";

/* The table has eight digits; ours are its last six. */
static void the_codes_are_those_of_the_rfc(void **state) {
    (void)state;
    static const struct {
        int64_t time;
        const char *code;
    } rows[] = {
        {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
        {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char code[TOTP_DIGITS + 1];
        totp_code(secret, rows[i].time / TOTP_STEP_S, code);
        assert_string_equal(code, rows[i].code);
    }
}

static void a_code_is_good_for_its_thirty_seconds_and_no_longer(void **state) {
    (void)state;
    const int64_t step = 1111111111 / TOTP_STEP_S;
    char code[TOTP_DIGITS + 1];
    totp_code(secret, step, code);
    for (int64_t now = (step - 4) * TOTP_STEP_S; now < (step + 4) * TOTP_STEP_S; now++) {
        bool is_its_time = now >= step * TOTP_STEP_S && now < step * TOTP_STEP_S + 30;
        assert_int_equal(totp_find_step(secret, now, 0, code), is_its_time ? step : -1);
    }
}

static void a_step_counts_once(void **state) {
    (void)state;
    const int64_t now = 1111111111;
    const int64_t step = now / TOTP_STEP_S;
    char code[TOTP_DIGITS + 1];
    totp_code(secret, step, code);
    assert_int_equal(totp_find_step(secret, now, step - 1, code), step);
    assert_int_equal(totp_find_step(secret, now, step, code), -1);
    assert_int_equal(totp_find_step(secret, now, step + 1, code), -1);
}

static void what_is_no_code_is_none(void **state) {
    (void)state;
    static const char *const bad[] = {"", "05047", "0504710", "05047a", " 50471", "050472"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(totp_find_step(secret, 1111111111, 0, bad[i]), -1);
}

static void apps_get_the_secret_in_base32(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *text = totp_secret_text(arena, secret);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_string_equal(totp_uri(arena, text, "Pumasi", "a&b=c#d+%@example.org"),
                        "otpauth://totp/Pumasi:a%26b%3Dc%23d%2B%25%40example.org"
                        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Pumasi");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_codes_are_those_of_the_rfc),
        cmocka_unit_test(a_code_is_good_for_its_thirty_seconds_and_no_longer),
        cmocka_unit_test(a_step_counts_once),
        cmocka_unit_test(what_is_no_code_is_none),
        cmocka_unit_test(apps_get_the_secret_in_base32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
