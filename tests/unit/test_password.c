/* Which passwords may be chosen, and that what was kept of them stays good. */
#include "unit.h"

#include "domain/breached.h"
#include "domain/password.h"

#include <string.h>

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static enum password_fault check(const char *password) {
    return password_check(arena, password, "Seo.Minjeong+tasks@example.org", "Seo Min-jeong");
}

static void the_list_is_sorted_and_whole(void **state) {
    (void)state;
    assert_true(BREACHED_COUNT > 15000);
    for (size_t i = 1; i < BREACHED_COUNT; i++)
        assert_true(BREACHED_HASHES[i - 1] < BREACHED_HASHES[i]);
    assert_true(BREACHED_HASHES[BREACHED_COUNT - 1] < (uint64_t)1 << 48);
}

static bool is_breached(const char *password) {
    return breached_has(password, strlen(password));
}

static void breached_passwords_are_found(void **state) {
    (void)state;
    assert_true(is_breached("12345678"));
    assert_true(is_breached("password1"));
    assert_true(is_breached("qwertyuiop"));
    assert_false(is_breached("Password1")); /* whoever asks writes it small */
    assert_false(is_breached("pumasi shares work"));
    assert_false(is_breached(""));
}

static void ones_own_name_and_address_are_known(void **state) {
    (void)state;
    assert_int_equal(check("seo min-jeong"), PASSWORD_OWN);
    assert_int_equal(check("SEO.MINJEONG+TASKS@EXAMPLE.ORG"), PASSWORD_OWN);
    assert_int_equal(check("seo.minjeong+tasks"), PASSWORD_OWN);
    assert_int_equal(check("Minjeong"), PASSWORD_OWN);
    assert_int_equal(check("minjeong1"), PASSWORD_OWN);
    assert_int_equal(check("!!2026Minjeong"), PASSWORD_OWN);
    assert_int_equal(check("minjeong1x"), PASSWORD_GOOD);
    assert_int_equal(check("20261126!!"), PASSWORD_GOOD); /* nothing is left to be anybody's */
    assert_int_equal(check("example.org"), PASSWORD_GOOD);
}

static void names_of_the_product_are_known(void **state) {
    (void)state;
    assert_int_equal(check("Pumasi2026"), PASSWORD_BREACHED);
    assert_int_equal(check("12345pumasi!"), PASSWORD_BREACHED);
    assert_int_equal(check("poomasi#1"), PASSWORD_BREACHED);
    assert_int_equal(check("\uD488\uC557\uC774 2026"), PASSWORD_BREACHED);
    assert_int_equal(check("\u1111\u116E\u11B7\u110B\u1161\u11BA\u110B\u1175 2026"), PASSWORD_BREACHED);
    assert_int_equal(check("pumasi shares work"), PASSWORD_GOOD);
}

static void length_is_that_of_the_composed_form(void **state) {
    (void)state;
    assert_int_equal(check("1a2b3c4"), PASSWORD_TOO_SHORT);
    assert_int_equal(check("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"), PASSWORD_TOO_SHORT);
    assert_int_equal(check("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"), PASSWORD_GOOD);
}

static void a_password_matches_in_either_form(void **state) {
    (void)state;
    const char *hash = password_hash(arena, "caf\u00E9 \uD55C\uAD6D");
    assert_true(password_matches(arena, hash, "cafe\u0301 \u1112\u1161\u11AB\u1100\u116E\u11A8"));
    assert_false(password_matches(arena, hash, "cafe \uD55C\uAD6D"));
    assert_false(password_matches(arena, NULL, "caf\u00E9 \uD55C\uAD6D"));
}

/* Made before passwords were normalised. */
static void kept_hashes_of_ascii_stay_good(void **state) {
    (void)state;
    assert_true(password_matches(
        arena,
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$nHLyGa1tc0W78jBgFGRydv8LmW2YRgfepCXIJ3bp6kg",
        "pumasi shares work"));
}

static void only_what_costs_less_is_dated(void **state) {
    (void)state;
    assert_true(password_is_dated("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQ$AAAA"));
    assert_true(password_is_dated("$argon2id$v=19$m=19456,t=1,p=1$c29tZXNhbHQ$AAAA"));
    assert_true(password_is_dated("$2b$12$abc"));
    assert_false(password_is_dated("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA"));
    assert_false(password_is_dated("$argon2id$v=19$m=47104,t=1,p=1$c29tZXNhbHQ$AAAA"));
    assert_false(password_is_dated(password_hash(arena, "pumasi shares work")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_sorted_and_whole),
        cmocka_unit_test(breached_passwords_are_found),
        cmocka_unit_test(ones_own_name_and_address_are_known),
        cmocka_unit_test(names_of_the_product_are_known),
        cmocka_unit_test(length_is_that_of_the_composed_form),
        cmocka_unit_test(a_password_matches_in_either_form),
        cmocka_unit_test(kept_hashes_of_ascii_stay_good),
        cmocka_unit_test(only_what_costs_less_is_dated),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
