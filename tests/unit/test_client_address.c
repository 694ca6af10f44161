/* Whom the throttle counts: the client where the administrator's proxies say who it is, never by the client's
 * own word. */
#include "unit.h"

#include "http/bounds.h"
#include "http/client_address.h"

#include <stdlib.h>
#include <string.h>

#define PROXIES "192.0.2.1, 192.0.2.2,2001:db8::1"

static void check(const char *expected, const char *remote, const char *first, const char *second,
                  const char *trusted) {
    struct arena *arena = arena_new();
    char *variables[5] = {arena_print(arena, "HTTP_X_FORWARDED_FORGED=203.0.113.66"), NULL};
    size_t count = 1;
    if (first)
        variables[count++] = arena_print(arena, "HTTP_X_FORWARDED_FOR=%s", first);
    if (remote)
        variables[count++] = arena_print(arena, "REMOTE_ADDR=%s", remote);
    if (second)
        variables[count++] = arena_print(arena, "HTTP_X_FORWARDED_FOR=%s", second);
    assert_string_equal(client_address(arena, variables, trusted), expected);
    arena_free(arena);
}

static void nobody_is_believed_where_no_proxy_is_trusted(void **state) {
    (void)state;
    check("192.0.2.1", "192.0.2.1", "203.0.113.7", NULL, NULL);
    check("192.0.2.1", "192.0.2.1", "203.0.113.7", NULL, "");
    check("192.0.2.9", "192.0.2.9", "203.0.113.7", NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1", NULL, NULL, NULL);
}

static void the_last_that_is_no_proxy_is_the_client(void **state) {
    (void)state;
    check("203.0.113.7", "192.0.2.1", "203.0.113.7", NULL, PROXIES);
    check("203.0.113.7", "192.0.2.1", "198.51.100.1, 203.0.113.7", NULL, PROXIES);
    check("203.0.113.7", "192.0.2.1", "198.51.100.1,203.0.113.7 ,192.0.2.2", NULL, PROXIES);
    check("203.0.113.7", "2001:DB8:0::1", "192.0.2.2, 203.0.113.7, 192.0.2.1", NULL, PROXIES);
    check("192.0.2.2", "192.0.2.1", "192.0.2.2", NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1", NULL, NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1", "", NULL, PROXIES);
}

static void several_headers_are_one_list(void **state) {
    (void)state;
    check("203.0.113.7", "192.0.2.1", "198.51.100.1", "203.0.113.7", PROXIES);
    check("198.51.100.1", "192.0.2.1", "198.51.100.1", "192.0.2.2", PROXIES);
}

static void what_is_no_address_ends_the_search(void **state) {
    (void)state;
    check("192.0.2.1", "192.0.2.1", "203.0.113.7, unknown", NULL, PROXIES);
    check("192.0.2.2", "192.0.2.1", "203.0.113.7, , 192.0.2.2", NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1", "203.0.113.7:4711", NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1", "203.0.113.7,", NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1", "1.2.3.4\r\nX: y", NULL, PROXIES);
    check("192.0.2.1", "192.0.2.1",
          "11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111",
          NULL, PROXIES);
    check("", "nonsense", "203.0.113.7", NULL, PROXIES);
    check("", NULL, "203.0.113.7", NULL, PROXIES);
}

static void one_address_has_one_form(void **state) {
    (void)state;
    check("2001:db8::7", "192.0.2.1", "2001:0DB8:0000:0::7", NULL, PROXIES);
    check("203.0.113.7", "::ffff:192.0.2.1", "::FFFF:203.0.113.7", NULL, PROXIES);
}

static void too_much_is_refused_before_it_is_read(void **state) {
    (void)state;
    static char headers[BOUNDS_MOST_VARIABLES + 2][16];
    char *variables[BOUNDS_MOST_VARIABLES + 2] = {NULL};
    for (size_t i = 0; i <= BOUNDS_MOST_VARIABLES; i++) {
        (void)snprintf(headers[i], sizeof(headers[i]), "%s%zu=x", i < BOUNDS_MOST_HEADERS ? "HTTP_" : "", i);
        variables[i] = headers[i];
    }
    assert_false(bounds_allow_variables(variables));
    variables[BOUNDS_MOST_VARIABLES] = NULL;
    assert_true(bounds_allow_variables(variables));
    (void)snprintf(headers[BOUNDS_MOST_HEADERS], sizeof(headers[0]), "HTTP_X=x");
    assert_false(bounds_allow_variables(variables));

    char *text = calloc(1, BOUNDS_MOST_VARIABLE_BYTES + 2);
    assert_non_null(text);
    memset(text, 'a', BOUNDS_MOST_VARIABLE_BYTES);
    char *one[] = {text, NULL};
    assert_true(bounds_allow_variables(one));
    text[BOUNDS_MOST_VARIABLE_BYTES] = 'a';
    assert_false(bounds_allow_variables(one));

    memset(text, '&', BOUNDS_MOST_FIELDS);
    assert_true(bounds_allow_form(text, BOUNDS_MOST_FIELDS - 1));
    assert_false(bounds_allow_form(text, BOUNDS_MOST_FIELDS));
    assert_true(bounds_allow_form("", 0));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_believed_where_no_proxy_is_trusted),
        cmocka_unit_test(the_last_that_is_no_proxy_is_the_client),
        cmocka_unit_test(several_headers_are_one_list),
        cmocka_unit_test(what_is_no_address_ends_the_search),
        cmocka_unit_test(one_address_has_one_form),
        cmocka_unit_test(too_much_is_refused_before_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
