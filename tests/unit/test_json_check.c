/* The strict reader, rule by rule of RFC 8259; and that what it passes, json-c reads. */
#include "unit.h"

#include "base/json_check.h"

#include <json-c/json.h>
#include <string.h>

struct example {
    const char *text;
    enum json_fault fault;
};

static void check_all(const struct example *examples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *text = examples[i].text;
        struct json_check_result result = json_check(text, strlen(text), 8);
        if (result.fault != examples[i].fault)
            fail_msg("%s: %s at %zu, expected: %s", text, json_fault_text(result.fault), result.offset,
                     json_fault_text(examples[i].fault));
        if (result.fault == JSON_GOOD) {
            enum json_tokener_error error = json_tokener_success;
            struct json_object *value = json_tokener_parse_verbose(text, &error);
            assert_int_equal(error, json_tokener_success);
            (void)json_object_put(value);
        }
    }
}

static void section_2_grammar(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"{}", JSON_GOOD},         {" \t\r\n{ } \n", JSON_GOOD},
        {"[]", JSON_GOOD},         {"1", JSON_GOOD},
        {"\"\"", JSON_GOOD},       {"", JSON_EMPTY},
        {"  \n", JSON_EMPTY},      {"{} {}", JSON_TRAILING},
        {"{}x", JSON_TRAILING},    {"{", JSON_SYNTAX},
        {"[", JSON_SYNTAX},        {"}", JSON_SYNTAX},
        {"\v{}", JSON_SYNTAX},     {"\xC2\xA0{}", JSON_SYNTAX},
        {"[1 2]", JSON_SYNTAX},    {"\xEF\xBB\xBF{}", JSON_SYNTAX},
        {"// x\n{}", JSON_SYNTAX},
    };
    check_all(examples, COUNT(examples));
}

static void section_3_literals(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"true", JSON_GOOD},        {"false", JSON_GOOD},       {"null", JSON_GOOD},
        {"True", JSON_SYNTAX},      {"NULL", JSON_SYNTAX},      {"tru", JSON_SYNTAX},
        {"nullx", JSON_TRAILING},   {"NaN", JSON_SYNTAX},       {"Infinity", JSON_SYNTAX},
        {"-Infinity", JSON_SYNTAX}, {"undefined", JSON_SYNTAX},
    };
    check_all(examples, COUNT(examples));
}

static void section_4_objects(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"{\"a\":1,\"b\":2}", JSON_GOOD},
        {"{\"a\" : 1}", JSON_GOOD},
        {"{\"a\":1,}", JSON_SYNTAX},
        {"{,}", JSON_SYNTAX},
        {"{a:1}", JSON_SYNTAX},
        {"{'a':1}", JSON_SYNTAX},
        {"{\"a\" 1}", JSON_SYNTAX},
        {"{\"a\":}", JSON_SYNTAX},
        {"{\"a\":1 \"b\":2}", JSON_SYNTAX},
        {"{1:2}", JSON_SYNTAX},
        {"{\"a\":1,\"a\":2}", JSON_DUPLICATE},
        {"{\"a\":1,\"\\u0061\":2}", JSON_DUPLICATE},
        {"{\"\":1,\"\":2}", JSON_DUPLICATE},
        {"{\"a\":{\"a\":1}}", JSON_GOOD},
        {"[{\"a\":1},{\"a\":1}]", JSON_GOOD},
        {"{\"role\\u0000x\":1}", JSON_NUL},
    };
    check_all(examples, COUNT(examples));
}

static void section_5_arrays(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"[1,\"a\",null,[],{}]", JSON_GOOD},
        {"[1,]", JSON_SYNTAX},
        {"[,1]", JSON_SYNTAX},
        {"[1,,2]", JSON_SYNTAX},
        {"[1", JSON_SYNTAX},
        {"[1}", JSON_SYNTAX},
    };
    check_all(examples, COUNT(examples));
}

static void section_6_numbers(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"0", JSON_GOOD},        {"-0", JSON_GOOD},
        {"10", JSON_GOOD},       {"1.5", JSON_GOOD},
        {"-1.5e+10", JSON_GOOD}, {"1E5", JSON_GOOD},
        {"1e-5", JSON_GOOD},     {"01", JSON_TRAILING},
        {"-", JSON_SYNTAX},      {"+1", JSON_SYNTAX},
        {".5", JSON_SYNTAX},     {"1.", JSON_SYNTAX},
        {"1e", JSON_SYNTAX},     {"1e+", JSON_SYNTAX},
        {"0x10", JSON_TRAILING}, {"1_000", JSON_TRAILING},
        {"--1", JSON_SYNTAX},    {"123456789012345678901234567890123", JSON_NUMBER_SIZE},
    };
    check_all(examples, COUNT(examples));
}

static void section_7_strings(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"\"전단지 \\uC804 \\n\\t\\\"\\\\\\/\\b\\f\\r\"", JSON_GOOD},
        {"\"\\uD83D\\uDE00\"", JSON_GOOD},
        {"\"\\uD83D\"", JSON_ESCAPE},
        {"\"\\uD83D\\u0041\"", JSON_ESCAPE},
        {"\"\\uDE00\"", JSON_ESCAPE},
        {"\"\\x41\"", JSON_ESCAPE},
        {"\"\\'\"", JSON_ESCAPE},
        {"\"\\u12\"", JSON_ESCAPE},
        {"\"\\u12G4\"", JSON_ESCAPE},
        {"\"\\u0000\"", JSON_NUL},
        {"\"a\nb\"", JSON_CONTROL},
        {"\"a\tb\"", JSON_CONTROL},
        {"\"\x01\"", JSON_CONTROL},
        {"\"\x7F\"", JSON_GOOD},
        {"\"open", JSON_SYNTAX},
        {"'a'", JSON_SYNTAX},
    };
    check_all(examples, COUNT(examples));
}

static void section_8_utf8(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"\"\xFF\"", JSON_NOT_UTF8},         {"\"\xC0\x80\"", JSON_NOT_UTF8},
        {"\"\xC1\xBF\"", JSON_NOT_UTF8},     {"\"\xE0\x80\x80\"", JSON_NOT_UTF8},
        {"\"\xED\xA0\x80\"", JSON_NOT_UTF8}, {"\"\xF4\x90\x80\x80\"", JSON_NOT_UTF8},
        {"\"\xF0\x9F\x98\x80\"", JSON_GOOD}, {"\"\xE2\x82\"", JSON_NOT_UTF8},
        {"\"\x80\"", JSON_NOT_UTF8},
    };
    check_all(examples, COUNT(examples));
    assert_int_equal(json_check("\"a\0b\"", 5, 8).fault, JSON_CONTROL);
}

static void section_9_limits(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"[[[[[[[[1]]]]]]]]", JSON_GOOD},
        {"[[[[[[[[[1]]]]]]]]]", JSON_TOO_DEEP},
        {"[[[[[[[[]]]]]]],[[[[[[[]]]]]]]]", JSON_GOOD}, /* depth comes back */
    };
    check_all(examples, COUNT(examples));
    struct arena *arena = arena_new();
    size_t size = 200000;
    char *deep = arena_take(arena, size);
    memset(deep, '[', size);
    assert_int_equal(json_check(deep, size, 16).fault, JSON_TOO_DEEP);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_2_grammar), cmocka_unit_test(section_3_literals),
        cmocka_unit_test(section_4_objects), cmocka_unit_test(section_5_arrays),
        cmocka_unit_test(section_6_numbers), cmocka_unit_test(section_7_strings),
        cmocka_unit_test(section_8_utf8),    cmocka_unit_test(section_9_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
