/* Event patterns: the cases that the reference matcher decided, each row of its table from both sides, each
 * error with its place, and what is written to keep the matcher busy. */
#include "unit.h"

#include "base/buffer.h"
#include "base/decimal.h"
#include "base/json_check.h"
#include "base/letter_case.h"
#include "base/utf8.h"
#include "domain/pattern.h"

#include <json-c/json.h>
#include <string.h>

struct example {
    const char *pattern, *event, *expected; /* match, no-match, invalid */
};

static const char *decide(const char *pattern, const char *event) {
    struct arena *arena = arena_new();
    const char *error = NULL;
    const struct pattern *parsed = pattern_parse(arena, pattern, strlen(pattern), &error);
    assert_true((parsed == NULL) == (error != NULL));
    const char *said = "invalid";
    if (parsed) {
        struct json_object *json = pattern_event_parse(arena, event, strlen(event), &error);
        said = pattern_matches(parsed, json) ? "match" : "no-match";
        (void)json_object_put(json);
    }
    arena_free(arena);
    return said;
}

static size_t failures;

static void check(const char *label, const struct example *example) {
    const char *said = decide(example->pattern, example->event);
    if (strcmp(said, example->expected) == 0)
        return;
    failures++;
    print_error("%s: %s on %s is %s, expected %s\n", label, example->pattern, example->event, said,
                example->expected);
}

static void check_all(const char *label, const struct example *examples, size_t count) {
    failures = 0;
    for (size_t i = 0; i < count; i++)
        check(label, &examples[i]);
    assert_int_equal(failures, 0);
}
#define CHECK(...)                                                                                           \
    do {                                                                                                     \
        static const struct example examples[] = {__VA_ARGS__};                                              \
        check_all(__func__, examples, COUNT(examples));                                                      \
    } while (0)

static void reference_cases(void **state) {
    (void)state;
    FILE *file = fopen("tests/unit/event-patterns.jsonl", "r");
    assert_non_null(file);
    char *line = NULL;
    size_t room = 0;
    size_t count = 0;
    failures = 0;
    while (getline(&line, &room, file) > 0) {
        struct json_object *row = json_tokener_parse(line);
        assert_non_null(row);
        struct example example = {
            json_object_get_string(json_object_object_get(row, "pattern")),
            json_object_get_string(json_object_object_get(row, "event")),
            json_object_get_string(json_object_object_get(row, "expect")),
        };
        check(json_object_get_string(json_object_object_get(row, "label")), &example);
        (void)json_object_put(row);
        count++;
    }
    free(line);
    (void)fclose(file);
    assert_int_equal(count, 83);
    assert_int_equal(failures, 0);
}

static void structure(void **state) {
    (void)state;
    CHECK({"[]", "{}", "invalid"}, {"1", "{}", "invalid"}, {"{\"a\":1}", "{\"a\":1}", "invalid"},
          {"{\"a\":[]}", "{}", "invalid"}, {"{\"a\":{}}", "{}", "invalid"},
          {"{\"a\":[[1]]}", "{\"a\":1}", "invalid"}, {"{\"a\":[1]}", "[1]", "no-match"},
          {"{\"a\":[{\"exists\":false}]}", "[]", "no-match"},
          {"{\"a\":[1],\"b\":[2]}", "{\"a\":1,\"b\":2}", "match"},
          {"{\"a\":[1],\"b\":[2]}", "{\"a\":1,\"b\":3}", "no-match"},
          {"{\"a\":[1],\"b\":[2]}", "{\"a\":1}", "no-match"}, {"{\"a\":[1,2]}", "{\"a\":2}", "match"},
          {"{\"a\":{\"b\":[1]}}", "{\"a\":1}", "no-match"}, {"{\"a\":[1]}", "{\"a\":{\"b\":1}}", "no-match"});
}

/* A repeated key: what it says first is read, but does not count. */
static void repeated_keys(void **state) {
    (void)state;
    CHECK({"{\"a\":[1],\"a\":[2]}", "{\"a\":1}", "no-match"},
          {"{\"a\":[1],\"\\u0061\":[2]}", "{\"a\":2}", "match"},
          {"{\"a\":{\"b\":[1]},\"a\":{\"c\":[2]}}", "{\"a\":{\"c\":2}}", "match"},
          {"{\"a\":{\"b\":[1]},\"a\":[2]}", "{\"a\":2}", "match"},
          {"{\"a\":[],\"a\":[2]}", "{\"a\":2}", "invalid"},
          {"{\"a.b\":[1],\"a\":{\"b\":[2]}}", "{\"a\":{\"b\":2}}", "match"},
          {"{\"a.b\":[1],\"a\":{\"b\":[2]}}", "{\"a\":{\"b\":1}}", "no-match"},
          {"{\"$or\":[{\"a\":[1]},{\"a\":[2]}],\"$or\":[{\"a\":[3]},{\"a\":[4]}]}", "{\"a\":4}", "match"},
          {"{\"$or\":[{\"a\":[1]},{\"a\":[2]}],\"$or\":[{\"a\":[3]},{\"a\":[4]}]}", "{\"a\":1}", "no-match"});
}

static void dotted_paths(void **state) {
    (void)state;
    static const char *const patterns[] = {"{\"d\":{\"x.y\":[1]}}", "{\"d\":{\"x\":{\"y\":[1]}}}",
                                           "{\"d.x.y\":[1]}", "{\"d.x\":{\"y\":[1]}}"};
    static const char *const events[] = {"{\"d\":{\"x.y\":1}}", "{\"d\":{\"x\":{\"y\":1}}}", "{\"d.x.y\":1}",
                                         "{\"d.x\":{\"y\":1}}", "{\"d\":[{\"x\":0},{\"x.y\":[[1]]}]}"};
    for (size_t i = 0; i < COUNT(patterns); i++)
        for (size_t j = 0; j < COUNT(events); j++)
            assert_string_equal(decide(patterns[i], events[j]), "match");
    CHECK({"{\"\":[1]}", "{\"\":1}", "match"}, {"{\"a.\":[1]}", "{\"a\":{\"\":1}}", "match"},
          {"{\"a.b\":[1]}", "{\"a\":{\"b\":2},\"a.b\":1}", "match"},
          {"{\"a.b\":[{\"exists\":false}]}", "{\"a\":{\"c\":2},\"a.b\":1}", "no-match"},
          {"{\"a.b\":[{\"exists\":false}]}", "{\"a.b\":{\"c\":2},\"a\":{\"c\":1}}", "match"},
          {"{\"a\":{\"b\":[1],\"c\":[2]}}", "{\"a\":{\"b\":1},\"a.c\":2}", "match"},
          {"{\"a\":{\"b\":[1],\"c\":[2]}}", "{\"a\":{\"b\":1},\"a.c\":3}", "no-match"},
          /* two ways, and in each an array: elements of one way only */
          {"{\"a.b\":{\"c\":[1],\"d\":[2]}}", "{\"a\":{\"b\":[{\"c\":1},{\"d\":2}]},\"a.b\":{\"x\":1}}",
           "no-match"},
          {"{\"a.b\":{\"c\":[1],\"d\":[2]}}", "{\"a\":{\"b\":[{\"c\":1},{\"d\":2}]},\"a.b\":{\"d\":2}}",
           "match"},
          {"{\"a.b\":{\"c\":[1],\"d\":[2]}}", "{\"a\":{\"b\":{\"d\":2}},\"a.b\":[{\"c\":1},{\"d\":2}]}",
           "match"});
}

static void arrays(void **state) {
    (void)state;
#define ANNA_JONES "{\"e\":{\"f\":[\"Anna\"],\"l\":[\"Jones\"]}}"
    CHECK(
        {ANNA_JONES, "{\"e\":[{\"f\":\"Anna\",\"l\":\"Smith\"},{\"f\":\"P\",\"l\":\"Jones\"}]}", "no-match"},
        {ANNA_JONES, "{\"e\":[{\"f\":\"P\"},{\"f\":\"Anna\",\"l\":\"Jones\"}]}", "match"},
        {ANNA_JONES, "{\"e\":[[{\"f\":\"Anna\"}],[{\"l\":\"Jones\"}]]}", "no-match"},
        {ANNA_JONES, "{\"e\":[[{\"f\":\"Anna\"},{\"l\":\"Jones\"}]]}", "no-match"},
        {ANNA_JONES, "{\"e\":[[\"x\",{\"f\":[\"Anna\"],\"l\":[[\"Jones\"]]}]]}", "match"},
        /* arrays beside each other bind nothing */
        {"{\"a\":{\"x\":[1]},\"b\":{\"y\":[2]}}", "{\"a\":[{\"x\":0},{\"x\":1}],\"b\":[{\"y\":2},{\"y\":0}]}",
         "match"},
        /* an inner array within the element that an outer field chose */
        {"{\"o\":{\"k\":[1],\"i\":{\"m\":[2]}}}",
         "{\"o\":[{\"k\":1,\"i\":[{\"m\":3}]},{\"k\":0,\"i\":[{\"m\":2}]}]}", "no-match"},
        {"{\"o\":{\"k\":[1],\"i\":{\"m\":[2]}}}", "{\"o\":[{\"k\":1,\"i\":[{\"m\":3},{\"m\":2}]}]}", "match"},
        /* both bounds in one element */
        {"{\"a\":[{\"numeric\":[\">\",1,\"<\",5]}]}", "{\"a\":[0,6]}", "no-match"},
        {"{\"a\":[{\"numeric\":[\">\",1,\"<\",5]}]}", "{\"a\":[0,[6,[4]]]}", "match"},
        {"{\"a\":[1],\"a.b\":[2]}", "{\"a\":[1,{\"b\":2}]}", "match"},
        {"{\"a\":[1],\"a.b\":[2]}", "{\"a\":[3,{\"b\":2}]}", "no-match"});
}

static void scalars(void **state) {
    (void)state;
    CHECK({"{\"a\":[true]}", "{\"a\":true}", "match"}, {"{\"a\":[true]}", "{\"a\":1}", "no-match"},
          {"{\"a\":[false]}", "{\"a\":false}", "match"}, {"{\"a\":[false]}", "{\"a\":null}", "no-match"},
          {"{\"a\":[false]}", "{}", "no-match"}, {"{\"a\":[null]}", "{}", "no-match"},
          {"{\"a\":[\"\"]}", "{\"a\":\"\"}", "match"}, {"{\"a\":[\"x\"]}", "{\"a\":\"xy\"}", "no-match"},
          {"{\"a\":[\"\\uD83D\\uDE00\\n\"]}", "{\"a\":\"😀\\u000a\"}", "match"},
          {"{\"a\":[{\"exactly\":\"x\"}]}", "{\"a\":\"x\"}", "match"},
          {"{\"a\":[{\"exactly\":\"x\"}]}", "{\"a\":\"X\"}", "no-match"},
          {"{\"a\":[{\"exactly\":1}]}", "{\"a\":1}", "invalid"});
}

static void numbers(void **state) {
    (void)state;
    CHECK({"{\"a\":[9007199254740993]}", "{\"a\":9007199254740992}", "no-match"},
          {"{\"a\":[18446744073709551615]}", "{\"a\":18446744073709551615}", "match"},
          {"{\"a\":[18446744073709551615]}", "{\"a\":18446744073709551616}", "no-match"},
          {"{\"a\":[123456789012345678901234567890]}", "{\"a\":123456789012345678901234567890}", "match"},
          {"{\"a\":[123456789012345678901234567890]}", "{\"a\":123456789012345678901234567891}", "no-match"},
          {"{\"a\":[-9223372036854775808]}", "{\"a\":-9223372036854775808}", "match"},
          {"{\"a\":[-9223372036854775808]}", "{\"a\":-9223372036854775807}", "no-match"},
          {"{\"a\":[0.1234567890123456789]}", "{\"a\":0.1234567890123456788}", "no-match"},
          {"{\"a\":[0]}", "{\"a\":-0.0e9}", "match"}, {"{\"a\":[1]}", "{\"a\":-1}", "no-match"},
          {"{\"a\":[0.05]}", "{\"a\":5e-2}", "match"}, {"{\"a\":[0.05]}", "{\"a\":0.5}", "no-match"},
          {"{\"a\":[1e400]}", "{\"a\":1e400}", "match"}, {"{\"a\":[1e400]}", "{\"a\":1e401}", "no-match"},
          {"{\"a\":[300]}", "{\"a\":\"300\"}", "no-match"}, {"{\"a\":[1]}", "{\"a\":true}", "no-match"});
    /* What a program made has no text; its shortest digits are not asked for, but its value is. */
    struct arena *arena = arena_new();
    const char *error = NULL;
    const struct pattern *pattern = pattern_parse(arena, "{\"a\":[2.5]}", 11, &error);
    struct json_object *event = json_object_new_object();
    json_object_object_add(event, "a", json_object_new_double(2.5));
    assert_true(pattern_matches(pattern, event));
    json_object_object_add(event, "a", json_object_new_double(2.25));
    assert_false(pattern_matches(pattern, event));
    (void)json_object_put(event);
    assert_false(pattern_matches(pattern, NULL));
    arena_free(arena);
}

static void ends_of_strings(void **state) {
    (void)state;
    CHECK({"{\"a\":[{\"prefix\":\"task.\"}]}", "{\"a\":\"task.due\"}", "match"},
          {"{\"a\":[{\"prefix\":\"task.\"}]}", "{\"a\":\"task\"}", "no-match"},
          {"{\"a\":[{\"prefix\":[\"a\"]}]}", "{\"a\":\"a\"}", "invalid"},
          {"{\"a\":[{\"prefix\":5}]}", "{\"a\":5}", "invalid"},
          {"{\"a\":[{\"suffix\":\".png\"}]}", "{\"a\":\"x.png\"}", "match"},
          {"{\"a\":[{\"suffix\":\".png\"}]}", "{\"a\":\"png\"}", "no-match"},
          {"{\"a\":[{\"suffix\":[\"a\"]}]}", "{\"a\":\"a\"}", "invalid"},
          {"{\"a\":[{\"suffix\":\"\"}]}", "{\"a\":null}", "no-match"},
          {"{\"a\":[{\"prefix\":{\"equals-ignore-case\":\"éA\"}}]}", "{\"a\":\"Éab\"}", "match"},
          {"{\"a\":[{\"prefix\":{\"equals-ignore-case\":\"éA\"}}]}", "{\"a\":\"Éb\"}", "no-match"},
          {"{\"a\":[{\"suffix\":{\"equals-ignore-case\":\"ß!\"}}]}", "{\"a\":\"STRASSE GROSS!\"}", "match"},
          {"{\"a\":[{\"suffix\":{\"equals-ignore-case\":\"ß\"}}]}", "{\"a\":\"S\"}", "no-match"},
          {"{\"a\":[{\"suffix\":{\"prefix\":\"x\"}}]}", "{\"a\":\"x\"}", "invalid"},
          {"{\"a\":[{\"suffix\":{\"equals-ignore-case\":\"x\",\"b\":1}}]}", "{\"a\":\"x\"}", "invalid"},
          {"{\"a\":[{\"suffix\":{\"equals-ignore-case\":[\"x\"]}}]}", "{\"a\":\"x\"}", "invalid"});
}

static void letter_case_ignored(void **state) {
    (void)state;
    CHECK({"{\"a\":[{\"equals-ignore-case\":\"Straße\"}]}", "{\"a\":\"STRASSE\"}", "match"},
          {"{\"a\":[{\"equals-ignore-case\":\"Straße\"}]}", "{\"a\":\"straße\"}", "match"},
          {"{\"a\":[{\"equals-ignore-case\":\"Straße\"}]}", "{\"a\":\"strasse\"}", "no-match"},
          {"{\"a\":[{\"equals-ignore-case\":\"ab\"}]}", "{\"a\":\"ABC\"}", "no-match"},
          {"{\"a\":[{\"equals-ignore-case\":\"abc\"}]}", "{\"a\":\"AB\"}", "no-match"},
          {"{\"a\":[{\"equals-ignore-case\":\"ΣΑΣ\"}]}", "{\"a\":\"σας\"}", "no-match"},
          {"{\"a\":[{\"equals-ignore-case\":\"σας\"}]}", "{\"a\":\"ΣΑΣ\"}", "match"},
          {"{\"a\":[{\"equals-ignore-case\":\"Ⱥ\"}]}", "{\"a\":\"ⱥ\"}", "match"},
          {"{\"a\":[{\"equals-ignore-case\":\"I\"}]}", "{\"a\":\"ı\"}", "no-match"},
          {"{\"a\":[{\"equals-ignore-case\":\"전단지x\"}]}", "{\"a\":\"전단지X\"}", "match"},
          {"{\"a\":[{\"equals-ignore-case\":\"𐐀\"}]}", "{\"a\":\"𐐨\"}", "match"},
          {"{\"a\":[{\"equals-ignore-case\":\"1\"}]}", "{\"a\":1}", "no-match"},
          {"{\"a\":[{\"equals-ignore-case\":[\"x\"]}]}", "{\"a\":\"x\"}", "invalid"});
    assert_int_equal(letter_small(0x212A), 'k');
    assert_int_equal(letter_capital(0xFF), 0x178);
    assert_int_equal(letter_capital(0xDF), 0xDF);
    assert_int_equal(letter_small(0x1E9E), 0xDF);
    assert_int_equal(letter_small(0x10FFFF), 0x10FFFF);
}

static void wildcards(void **state) {
    (void)state;
    CHECK({"{\"a\":[{\"wildcard\":\"*\"}]}", "{\"a\":\"\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"\"}]}", "{\"a\":\"\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"\"}]}", "{\"a\":\"x\"}", "no-match"},
          {"{\"a\":[{\"wildcard\":\"a*b\"}]}", "{\"a\":\"a\\nb\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"a*a\"}]}", "{\"a\":\"a\"}", "no-match"},
          {"{\"a\":[{\"wildcard\":\"a*bc*c\"}]}", "{\"a\":\"abc\"}", "no-match"},
          {"{\"a\":[{\"wildcard\":\"a*bc*c\"}]}", "{\"a\":\"abxbcc\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"*x*\"}]}", "{\"a\":\"axb\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"*x*\"}]}", "{\"a\":\"ab\"}", "no-match"},
          {"{\"a\":[{\"wildcard\":\"\\\\**\"}]}", "{\"a\":\"*ab\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"\\\\**\"}]}", "{\"a\":\"ab\"}", "no-match"},
          {"{\"a\":[{\"wildcard\":\"\\\\\\\\*\"}]}", "{\"a\":\"\\\\x\"}", "match"},
          {"{\"a\":[{\"wildcard\":\"**\"}]}", "{\"a\":\"x\"}", "invalid"},
          {"{\"a\":[{\"wildcard\":\"a\\\\b\"}]}", "{\"a\":\"ab\"}", "invalid"},
          {"{\"a\":[{\"wildcard\":\"a\\\\\"}]}", "{\"a\":\"a\"}", "invalid"},
          {"{\"a\":[{\"wildcard\":\"*b\"}]}", "{\"a\":[1,\"ab\"]}", "match"},
          {"{\"a\":[{\"wildcard\":[\"a*\"]}]}", "{\"a\":\"a\"}", "invalid"});
}

static void anything_but(void **state) {
    (void)state;
#define BUT(what) "{\"a\":[{\"anything-but\":" what "}]}"
    CHECK({BUT("\"x\""), "{\"a\":\"y\"}", "match"}, {BUT("\"x\""), "{\"a\":{}}", "no-match"},
          {BUT("\"x\""), "{\"a\":{\"b\":1}}", "no-match"}, {BUT("\"x\""), "{\"a\":null}", "match"},
          {BUT("\"x\""), "{\"a\":[\"x\",\"x\"]}", "no-match"}, {BUT("\"x\""), "{\"a\":[[\"y\"]]}", "match"},
          {BUT("[\"x\",\"y\"]"), "{\"a\":\"y\"}", "no-match"}, {BUT("[1,2]"), "{\"a\":3}", "match"},
          {BUT("[1,2]"), "{\"a\":2.0}", "no-match"}, {BUT("[1,2]"), "{\"a\":\"2\"}", "match"},
          {BUT("[]"), "{\"a\":1}", "invalid"}, {BUT("null"), "{\"a\":1}", "invalid"},
          {BUT("{\"prefix\":\"in\"}"), "{\"a\":\"init\"}", "no-match"},
          {BUT("{\"prefix\":[\"in\",\"x\"]}"), "{\"a\":\"xy\"}", "no-match"},
          {BUT("{\"prefix\":[\"in\",\"x\"]}"), "{\"a\":\"y\"}", "match"},
          {BUT("{\"suffix\":\"g\"}"), "{\"a\":\"png\"}", "no-match"},
          {BUT("{\"suffix\":\"g\"}"), "{\"a\":true}", "match"},
          {BUT("{\"suffix\":\"\"}"), "{\"a\":\"x\"}", "invalid"},
          {BUT("{\"suffix\":[\"\"]}"), "{\"a\":\"x\"}", "invalid"},
          {BUT("{\"equals-ignore-case\":\"X\"}"), "{\"a\":\"x\"}", "no-match"},
          {BUT("{\"equals-ignore-case\":[\"X\",\"Y\"]}"), "{\"a\":\"z\"}", "match"},
          {BUT("{\"wildcard\":\"a*c\"}"), "{\"a\":\"abc\"}", "no-match"},
          {BUT("{\"wildcard\":[\"a*c\",\"d\"]}"), "{\"a\":\"e\"}", "match"},
          {BUT("{\"wildcard\":\"**\"}"), "{\"a\":\"abc\"}", "invalid"},
          {BUT("{\"wildcard\":[]}"), "{\"a\":\"abc\"}", "invalid"},
          {BUT("{\"wildcard\":1}"), "{\"a\":1}", "invalid"},
          {BUT("{\"exactly\":\"x\"}"), "{\"a\":\"y\"}", "invalid"},
          {BUT("{\"numeric\":[\"=\",1]}"), "{\"a\":2}", "invalid"},
          {BUT("{\"anything-but\":\"x\"}"), "{\"a\":\"y\"}", "invalid"},
          {BUT("{}"), "{\"a\":\"y\"}", "invalid"},
          {BUT("{\"prefix\":\"x\",\"suffix\":\"y\"}"), "{\"a\":\"z\"}", "invalid"},
          {BUT("{\"prefix\":[[\"x\"]]}"), "{\"a\":\"z\"}", "invalid"});
}

static void numeric(void **state) {
    (void)state;
#define NUMERIC(what) "{\"a\":[{\"numeric\":" what "}]}"
    CHECK({NUMERIC("[\"<\",5]"), "{\"a\":5}", "no-match"}, {NUMERIC("[\"<=\",5]"), "{\"a\":5.0}", "match"},
          {NUMERIC("[\">\",5]"), "{\"a\":5}", "no-match"},
          {NUMERIC("[\">\",5]"), "{\"a\":5.0000000000000000001}", "match"},
          {NUMERIC("[\">=\",5]"), "{\"a\":5}", "match"}, {NUMERIC("[\"=\",5]"), "{\"a\":5.1}", "no-match"},
          {NUMERIC("[\">\",-5,\"<=\",-1]"), "{\"a\":-1}", "match"},
          {NUMERIC("[\">\",-5,\"<=\",-1]"), "{\"a\":-5}", "no-match"},
          {NUMERIC("[\">\",-5,\"<=\",-1]"), "{\"a\":-50}", "no-match"},
          {NUMERIC("[\">\",0]"), "{\"a\":\"1\"}", "no-match"},
          {NUMERIC("[\"<\",1e308]"), "{\"a\":1e999999999999999999}", "no-match"},
          {NUMERIC("[\">\",0]"), "{\"a\":1e-999999999999999999}", "match"},
          {NUMERIC("[\"!=\",5]"), "{\"a\":4}", "invalid"}, {NUMERIC("[\"=\",\"5\"]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\">\",5,\"<\",5]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\">\",6,\"<\",5]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\">=\",5,\"<=\",5.0]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\">\",0,\">\",1]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\">\",0,\"<\",9,\"<\",8]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\">\"]"), "{\"a\":5}", "invalid"}, {NUMERIC("[]"), "{\"a\":5}", "invalid"},
          {NUMERIC("5"), "{\"a\":5}", "invalid"}, {NUMERIC("[5]"), "{\"a\":5}", "invalid"},
          {NUMERIC("[\"=\",1e99999999999999]"), "{\"a\":5}", "invalid"});
}

static void exists(void **state) {
    (void)state;
#define PRESENT "{\"a\":[{\"exists\":true}]}"
#define MISSING "{\"a\":[{\"exists\":false}]}"
#define MISSING_BELOW "{\"d\":{\"a\":[{\"exists\":false}]}}"
    CHECK({PRESENT, "{\"a\":\"\"}", "match"}, {PRESENT, "{\"a\":[{},[]]}", "no-match"},
          {PRESENT, "{\"a\":[[0]]}", "match"}, {PRESENT, "{}", "no-match"},
          {MISSING, "{\"a\":null}", "no-match"}, {MISSING, "{\"a\":[]}", "match"},
          {MISSING, "{\"a\":{}}", "match"}, {MISSING, "{\"a\":{\"b\":1}}", "match"},
          {MISSING, "{\"a\":[[1]]}", "no-match"}, {MISSING_BELOW, "{\"d\":5}", "match"},
          {MISSING_BELOW, "{\"d\":{}}", "match"}, {MISSING_BELOW, "{\"d\":{\"a\":1}}", "no-match"},
          /* alone: in all elements; beside another field: in the element that meets that one */
          {MISSING_BELOW, "{\"d\":[{\"b\":1},{\"a\":1}]}", "no-match"},
          {MISSING_BELOW, "{\"d\":[{\"b\":1},{\"c\":1}]}", "match"},
          {"{\"d\":{\"f\":[1],\"g\":[{\"exists\":false}]}}", "{\"d\":[{\"f\":1},{\"g\":1}]}", "match"},
          {"{\"d\":{\"f\":[1],\"g\":[{\"exists\":false}]}}", "{\"d\":[{\"f\":1,\"g\":1},{\"f\":2}]}",
           "no-match"},
          {"{\"a\":[{\"exists\":false},{\"anything-but\":\"x\"}]}", "{\"a\":\"x\"}", "no-match"},
          {"{\"a\":[{\"exists\":false},{\"anything-but\":\"x\"}]}", "{\"a\":\"y\"}", "match"},
          {"{\"a\":[1],\"a.b\":[{\"exists\":false}]}", "{\"a\":[1,{\"b\":1}]}", "no-match"},
          {"{\"a\":[1],\"a.b\":[{\"exists\":false}]}", "{\"a\":[1,[1],{\"b\":1}]}", "match"},
          {"{\"a\":[{\"exists\":1}]}", "{}", "invalid"},
          {"{\"a\":[{\"exists\":false,\"b\":1}]}", "{}", "invalid"});
}

static void cidr(void **state) {
    (void)state;
#define BLOCK(what) "{\"a\":[{\"cidr\":\"" what "\"}]}"
    CHECK({BLOCK("10.0.0.77/24"), "{\"a\":\"10.0.0.1\"}", "match"},
          {BLOCK("10.0.0.0/24"), "{\"a\":\"10.0.1.0\"}", "no-match"},
          {BLOCK("10.0.0.0/31"), "{\"a\":\"10.0.0.1\"}", "match"},
          {BLOCK("10.0.0.0/31"), "{\"a\":\"10.0.0.2\"}", "no-match"},
          {BLOCK("10.128.0.0/9"), "{\"a\":\"10.127.0.0\"}", "no-match"},
          {BLOCK("2001:db8::/33"), "{\"a\":\"2001:DB8:7fff::1\"}", "match"},
          {BLOCK("2001:db8::/33"), "{\"a\":\"2001:db8:8000::\"}", "no-match"},
          {BLOCK("::/0"), "{\"a\":\"10.0.0.1\"}", "no-match"}, {BLOCK("::/0"), "{\"a\":\"::1\"}", "match"},
          {BLOCK("0.0.0.0/0"), "{\"a\":\"host\"}", "no-match"},
          {BLOCK("0.0.0.0/0"), "{\"a\":\"1.2.3\"}", "no-match"},
          {BLOCK("0.0.0.0/0"), "{\"a\":1}", "no-match"}, {BLOCK("::/128"), "{}", "invalid"},
          {BLOCK("10.0.0.0/"), "{}", "invalid"}, {BLOCK("10.0.0.0/-1"), "{}", "invalid"},
          {BLOCK("10.0.0.0/8x"), "{}", "invalid"}, {BLOCK("10.0.0/8"), "{}", "invalid"},
          {BLOCK("/8"), "{}", "invalid"}, {BLOCK("host/8"), "{}", "invalid"},
          {"{\"a\":[{\"cidr\":8}]}", "{}", "invalid"});
}

static void alternatives(void **state) {
    (void)state;
#define TWO "{\"s\":[1],\"$or\":[{\"m\":[1]},{\"n\":[2],\"o\":[3]}]}"
#define NESTED "{\"$or\":[{\"m\":[1]},{\"n\":[2],\"$or\":[{\"o\":[3]},{\"p\":[4]}]}]}"
    CHECK({TWO, "{\"s\":1,\"m\":1}", "match"}, {TWO, "{\"s\":1,\"n\":2}", "no-match"},
          {TWO, "{\"s\":1,\"n\":2,\"o\":3}", "match"}, {TWO, "{\"m\":1}", "no-match"},
          {NESTED, "{\"n\":2,\"p\":4}", "match"}, {NESTED, "{\"n\":2}", "no-match"},
          {NESTED, "{\"m\":1}", "match"},
          {"{\"d\":{\"$or\":[{\"m\":[1]},{\"n\":[2]}]}}", "{\"d\":{\"n\":2}}", "match"},
          {"{\"d\":{\"$or\":[{\"m\":[1]},{\"n\":[2]}]}}", "{\"n\":2}", "no-match"},
          /* the later in the text overrides */
          {"{\"m\":[1],\"$or\":[{\"m\":[2]},{\"n\":[2]}]}", "{\"m\":2}", "match"},
          {"{\"m\":[1],\"$or\":[{\"m\":[2]},{\"n\":[2]}]}", "{\"m\":1}", "no-match"},
          {"{\"$or\":[{\"m\":[2]},{\"n\":[2]}],\"m\":[1]}", "{\"m\":2,\"n\":2}", "no-match"},
          {"{\"m\":[1],\"$or\":[{\"m\":[2]},{\"n\":[2]}],\"m\":[3]}", "{\"m\":3}", "match"},
          /* an ordinary field */
          {"{\"$or\":{\"a\":[1]}}", "{\"$or\":{\"a\":1}}", "match"},
          {"{\"$or\":[5]}", "{\"$or\":5}", "match"},
          {"{\"$or\":[{\"prefix\":\"a\"},{\"prefix\":\"b\"}]}", "{\"$or\":\"bc\"}", "match"},
          {"{\"$or\":[]}", "{}", "invalid"}, {"{\"$or\":\"x\"}", "{}", "invalid"},
          {"{\"$or\":[{\"m\":[1]}]}", "{\"m\":1}", "invalid"},
          {"{\"$or\":[{},{\"m\":[1]}]}", "{\"m\":1}", "invalid"},
          {"{\"$or\":[{\"m\":[1]},5]}", "{\"m\":1}", "invalid"});
}

static void errors_name_reason_and_place(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *error;
    } examples[] = {
        {"", "byte 1: there is no JSON value"},
        {"{\"a\":[1,]}", "byte 9: this is not JSON"},
        {"{\"a\":[\"\\u0000\"]}", "byte 8: a string holds the character U+0000"},
        {"{\"a\":[1]} x", "byte 11: something follows after the value"},
        {"[1]", "the pattern: it must be a JSON object"},
        {"{}", "the pattern: an object needs at least one field"},
        {"{\"a\":{\"b\":{}}}", "a.b: an object needs at least one field"},
        {"{\"a\":{\"b\":[]}}", "a.b: the array needs at least one member"},
        {"{\"a\":{\"b\":1}}", "a.b: the value must stand in an array, as in [\"x\"]"},
        {"{\"a\":[1],\"b.c\":[[]]}", "b.c: an array in the field's array is not allowed"},
        {"{\"a\":[{}]}", "a: an operator object has exactly one key"},
        {"{\"a\":[{\"like\":\"x\"}]}", "a: there is no operator \"like\""},
        {"{\"a\":[{\"exists\":true,\"prefix\":\"x\"}]}", "a: an operator object has exactly one key"},
        {"{\"a\":[{\"exists\":null}]}", "a: \"exists\" needs true or false"},
        {"{\"a\":[{\"exactly\":1}]}", "a: \"exactly\" needs a string"},
        {"{\"a\":[{\"prefix\":1}]}", "a: \"prefix\" needs a string"},
        {"{\"a\":[{\"suffix\":{\"x\":1}}]}",
         "a: \"suffix\" needs a string, or \"equals-ignore-case\" with one"},
        {"{\"a\":[{\"equals-ignore-case\":[]}]}", "a: \"equals-ignore-case\" needs a string"},
        {"{\"a\":[{\"wildcard\":\"a**\"}]}", "a: \"wildcard\" has two stars side by side"},
        {"{\"a\":[{\"wildcard\":\"\\\\n\"}]}",
         "a: \"wildcard\" has a backslash that is followed by neither * nor \\"},
        {"{\"detail\":{\"task\":{\"progress\":[{\"numeric\":5}]}}}",
         "detail.task.progress: \"numeric\" needs an array, as in [\">\",0,\"<=\",5]"},
        {"{\"a\":[{\"numeric\":[]}]}", "a: \"numeric\" needs a comparison, as in [\">\",0]"},
        {"{\"a\":[{\"numeric\":[5]}]}", "a: \"numeric\" needs =, <, <=, > or >= before each number"},
        {"{\"a\":[{\"numeric\":[\"!=\",5]}]}", "a: \"numeric\" knows =, <, <=, > and >=, not \"!=\""},
        {"{\"a\":[{\"numeric\":[\"<\"]}]}", "a: \"numeric\" needs a number after \"<\""},
        {"{\"a\":[{\"numeric\":[\"<\",5,\">\",1]}]}",
         "a: \"numeric\" takes a second comparison only after > or >="},
        {"{\"a\":[{\"numeric\":[\">\",5,\">=\",1]}]}",
         "a: \"numeric\" takes < or <= as the second comparison"},
        {"{\"a\":[{\"numeric\":[\">=\",5,\"<=\",5]}]}",
         "a: \"numeric\" has a range with nothing, or one number, in it"},
        {"{\"a\":[{\"numeric\":[\">\",1,\"<\",5,\"<\",6]}]}", "a: \"numeric\" takes at most two comparisons"},
        {"{\"a\":[1e9999999999999]}", "a: the exponent of 1e9999999999999 is beyond all bounds"},
        {"{\"a\":[{\"cidr\":\"10.0.0.0\"}]}", "a: \"cidr\" needs a block, as in \"10.0.0.0/24\""},
        {"{\"a\":[{\"cidr\":\"x/8\"}]}", "a: \"cidr\" has no IP address in \"x/8\""},
        {"{\"a\":[{\"cidr\":\"::/128\"}]}", "a: \"cidr\" needs 0 to 127 bits after the slash"},
        {"{\"a\":[{\"anything-but\":[true]}]}", "a: \"anything-but\" takes strings or numbers only"},
        {"{\"a\":[{\"anything-but\":[1,\"x\"]}]}", "a: \"anything-but\" takes strings or numbers, not both"},
        {"{\"a\":[{\"anything-but\":[]}]}", "a: the list of \"anything-but\" is empty"},
        {"{\"a\":[{\"anything-but\":{\"cidr\":\"::/0\"}}]}",
         "a: \"anything-but\" takes only prefix, suffix, equals-ignore-case or wildcard in it"},
        {"{\"a\":[{\"anything-but\":{\"wildcard\":1}}]}",
         "a: \"anything-but\" with \"wildcard\" needs a string or a list of them"},
        {"{\"a\":[{\"anything-but\":{\"suffix\":\"\"}}]}",
         "a: \"anything-but\" with an empty \"suffix\" matches nothing"},
        {"{\"a\":[{\"anything-but\":{\"wildcard\":[]}}]}", "a: the list of \"wildcard\" is empty"},
        {"{\"d\":{\"$or\":[{\"m\":[1]}]}}", "d.$or: two or more alternatives are needed"},
        {"{\"$or\":[{\"m\":[1]},{\"cidr\":[1]}]}",
         "$or: an alternative cannot have the operator's name \"cidr\" as a field"},
        {"{\"$or\":5}", "$or: the value must be an array or an object"},
        {"{\"$or\":[{\"m\":[1]},{}]}", "$or: an object needs at least one field"},
        {"{\"d\":{\"$or\":[{\"m\":[1]},{\"n\":[]}]}}", "d.n: the array needs at least one member"},
        {"{\"a\\u001b[31m\":[]}", "a?[31m: the array needs at least one member"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(examples); i++) {
        const char *error = NULL;
        assert_null(pattern_parse(arena, examples[i].pattern, strlen(examples[i].pattern), &error));
        assert_string_equal(error, examples[i].error);
    }
    arena_free(arena);
}

static void events_are_read_strictly(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *error = NULL;
    assert_null(pattern_event_parse(arena, "{\"a\":NaN}", 9, &error));
    assert_string_equal(error, "the event, byte 6: this is not JSON");
    assert_null(pattern_event_parse(arena, "[1]", 3, &error));
    assert_string_equal(error, "the event: it must be a JSON object");
    static const char text[] =
        "{\"a,-12345678901234567890\":\"\\\"1234567890123456789\",\"b\":1234567890123456789}";
    struct json_object *event = pattern_event_parse(arena, text, strlen(text), &error);
    assert_string_equal(json_object_get_string(json_object_object_get(event, "a,-12345678901234567890")),
                        "\"1234567890123456789");
    (void)json_object_put(event);
    arena_free(arena);
}

/* `count` times the piece, between two ends. */
static char *repeat(struct arena *arena, const char *first, const char *piece, size_t count,
                    const char *last) {
    struct buffer text = buffer_new(arena, 64);
    buffer_add(&text, first);
    for (size_t i = 0; i < count; i++)
        buffer_add(&text, piece);
    buffer_add(&text, last);
    return text.data;
}

static const char *error_of(struct arena *arena, const char *pattern) {
    const char *error = NULL;
    assert_null(pattern_parse(arena, pattern, strlen(pattern), &error));
    return error;
}

static void sizes_are_bounded(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(error_of(arena, repeat(arena, "{\"a\":[", "          ", 1638, "1]}")),
                        "the pattern: more than 16384 bytes");
    assert_string_equal(error_of(arena, repeat(arena, "", "{\"a\":", 33, "")),
                        "byte 161: too deeply nested, or too many keys");
    assert_string_equal(error_of(arena, repeat(arena, "{\"a", ".a", 32, "\":[1]}")) +
                            strlen("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a"),
                        ": a path has at most 32 steps");
    /* 2 to the 7th are 128 branches; one more "$or" is too much */
    struct buffer text = buffer_new(arena, 1024);
    for (int count = 7; count <= 8; count++) {
        text.size = 0;
        for (int i = 0; i < count; i++)
            buffer_print(&text, "%s\"f%d\":{\"$or\":[{\"a\":[1]},{\"b\":[%d]}]}", i ? "," : "{", i, i);
        buffer_add(&text, "}");
        const char *error = NULL;
        assert_true((pattern_parse(arena, text.data, text.size, &error) != NULL) == (count == 7));
    }
    assert_string_equal(error_of(arena, text.data),
                        "f7.$or: all \"$or\" together, multiplied, make more than 128 alternatives");
    for (int count = 64; count <= 65; count++) {
        text.size = 0;
        for (int i = 0; i < count; i++)
            buffer_print(&text, "%s\"f%d\":[%d]", i ? "," : "{", i, i);
        buffer_add(&text, "}");
        const char *error = NULL;
        assert_true((pattern_parse(arena, text.data, text.size, &error) != NULL) == (count == 64));
    }
    assert_string_equal(error_of(arena, text.data), "the pattern: more than 64 fields must hold at once");
    arena_free(arena);
}

/* Each of these would take longer than anybody waits if one step were more than linear. */
static void hostile_inputs_end(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *event = repeat(arena, "{\"a\":\"", "a", 1000000, "\"}");
    assert_string_equal(decide(repeat(arena, "{\"a\":[{\"wildcard\":\"", "*a", 4000, "*b\"}]}"), event),
                        "no-match");
    assert_string_equal(decide(repeat(arena, "{\"a\":[{\"wildcard\":\"", "*a", 4000, "*\"}]}"), event),
                        "match");
    assert_string_equal(decide(repeat(arena, "{\"a\":[{\"wildcard\":\"*", "ab", 4000, "*\"}]}"), event),
                        "no-match");
    /* many fields, many elements, none with all */
    struct buffer pattern = buffer_new(arena, 1024);
    struct buffer elements = buffer_new(arena, 1024);
    for (int i = 0; i < 60; i++)
        buffer_print(&pattern, "%s\"f%d\":[1]", i ? "," : "{\"e\":{", i);
    buffer_add(&pattern, "}}");
    for (int i = 0; i < 6000; i++)
        buffer_print(&elements, "%s{\"f%d\":1,\"f%d\":1}", i ? "," : "{\"e\":[", i % 60, (i + 7) % 60);
    buffer_add(&elements, "]}");
    assert_string_equal(decide(pattern.data, elements.data), "no-match");
    /* two ways at each of fifteen steps, none of which is right in the end */
    struct buffer ways = buffer_new(arena, 1024);
    for (int i = 0; i < 15; i++)
        buffer_add(&ways, "{\"a.a\":{\"x\":1},\"a\":");
    buffer_add(&ways, "[{\"p\":1},{\"q\":1}]");
    for (int i = 0; i < 15; i++)
        buffer_add(&ways, "}");
    const char *deep = repeat(arena, "{\"a", ".a", 14, "\":{\"p\":[1],\"q\":[1]}}");
    assert_string_equal(decide(deep, ways.data), "no-match");
    arena_free(arena);
}

static void decimals_have_one_order(void **state) {
    (void)state;
    static const char *const ordered[] = {"-1e30",  "-10.5", "-10.25",  "-0.5", "-5e-3", "0",   "1e-30",
                                          "0.0049", "0.5",   "0.50001", "9.99", "10",    "100", "1.0001e2"};
    for (size_t i = 0; i < COUNT(ordered); i++) {
        for (size_t j = 0; j < COUNT(ordered); j++) {
            struct decimal one;
            struct decimal other;
            assert_true(decimal_read(ordered[i], strlen(ordered[i]), &one));
            assert_true(decimal_read(ordered[j], strlen(ordered[j]), &other));
            int order = decimal_compare(&one, &other);
            assert_true(i == j ? order == 0 : (order < 0) == (i < j) && order);
        }
    }
    static const char *const wrong[] = {"", "-", "1.", ".5", "1e", "1e+", "x", "1x", "NaN", "inf", "1 "};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct decimal number;
        assert_false(decimal_read(wrong[i], strlen(wrong[i]), &number));
    }
}

static void a_key_may_repeat_where_it_is_allowed(void **state) {
    (void)state;
    static const char text[] = "{\"a\":1,\"a\":{\"b\":1,\"b\":2}}";
    assert_int_equal(json_check(text, strlen(text), 8).fault, JSON_DUPLICATE);
    assert_int_equal(json_check_repeating(text, strlen(text), 8).fault, JSON_GOOD);
    assert_int_equal(json_check_repeating("{\"a\":1,}", 8, 8).fault, JSON_SYNTAX);
}

static void characters_are_written_as_they_are_read(void **state) {
    (void)state;
    for (int32_t character = 1; character <= 0x10FFFF; character += character < 0x3000 ? 1 : 97) {
        if (character >= 0xD800 && character <= 0xDFFF)
            continue;
        char bytes[4];
        const char *at = bytes;
        size_t size = utf8_put(bytes, character);
        assert_int_equal(utf8_next(&at, bytes + size), character);
        assert_ptr_equal(at, bytes + size);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_cases),
        cmocka_unit_test(structure),
        cmocka_unit_test(repeated_keys),
        cmocka_unit_test(dotted_paths),
        cmocka_unit_test(arrays),
        cmocka_unit_test(scalars),
        cmocka_unit_test(numbers),
        cmocka_unit_test(ends_of_strings),
        cmocka_unit_test(letter_case_ignored),
        cmocka_unit_test(wildcards),
        cmocka_unit_test(anything_but),
        cmocka_unit_test(numeric),
        cmocka_unit_test(exists),
        cmocka_unit_test(cidr),
        cmocka_unit_test(alternatives),
        cmocka_unit_test(errors_name_reason_and_place),
        cmocka_unit_test(events_are_read_strictly),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(hostile_inputs_end),
        cmocka_unit_test(decimals_have_one_order),
        cmocka_unit_test(a_key_may_repeat_where_it_is_allowed),
        cmocka_unit_test(characters_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
