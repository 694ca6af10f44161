/* Strings, numbers and operator objects: a row in `operators` and a function is all that an operator needs.
 */
#include "domain/pattern_operator.h"

#include "base/letter_case.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef bool read_operand(struct pattern_reader *reader, struct test *test);

struct operator_row {
    const char *name;
    enum test_kind kind;
    read_operand *read;
    bool goes_into_anything_but;
};

static read_operand read_text, read_prefix, read_suffix, read_folded, read_wildcard, read_numeric, read_cidr,
    read_anything_but, read_exists;

static const struct operator_row operators[] = {
    {"exactly", TEST_STRING, read_text, false},
    {"prefix", TEST_PREFIX, read_prefix, true},
    {"suffix", TEST_SUFFIX, read_suffix, true},
    {"equals-ignore-case", TEST_FOLDED, read_folded, true},
    {"wildcard", TEST_WILDCARD, read_wildcard, true},
    {"anything-but", TEST_ANYTHING_BUT, read_anything_but, false},
    {"numeric", TEST_RANGE, read_numeric, false},
    {"exists", TEST_EXISTS, read_exists, false},
    {"cidr", TEST_CIDR, read_cidr, false},
};

bool pattern_fault(struct pattern_reader *reader, const char *format, ...) {
    char message[256];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(message, sizeof(message), format, values);
    va_end(values);
    if (!reader->error)
        reader->error = arena_print(reader->pull.arena, "%s: %s", reader->place, message);
    return false;
}

static bool is(struct span text, const char *word) {
    return strlen(word) == text.size && memcmp(text.text, word, text.size) == 0;
}

static const struct operator_row *find_operator(struct span name) {
    for (size_t i = 0; i < COUNT(operators); i++)
        if (is(name, operators[i].name))
            return &operators[i];
    return NULL;
}

bool pattern_is_operator(struct span name) {
    return find_operator(name) != NULL;
}

static bool is_number(char first) {
    return first == '-' || (first >= '0' && first <= '9');
}

static struct test *add_test(struct pattern_reader *reader, struct tests *tests) {
    struct test *list =
        arena_grow(reader->pull.arena, (void *)(uintptr_t)tests->list, tests->count, sizeof(*list));
    tests->list = list;
    return &list[tests->count++];
}

/* ---- operands ---- */

static const char *name_of(const struct test *test) {
    for (size_t i = 0; i < COUNT(operators); i++)
        if (operators[i].kind == test->kind)
            return operators[i].name;
    return "equals-ignore-case"; /* of a prefix or suffix */
}

static bool read_string(struct pattern_reader *reader, const struct test *test, struct span *text) {
    if (json_pull_peek(&reader->pull) != '"')
        return pattern_fault(reader, "\"%s\" needs a string", name_of(test));
    *text = json_pull_string(&reader->pull);
    return true;
}

static bool read_text(struct pattern_reader *reader, struct test *test) {
    return read_string(reader, test, &test->text);
}

static bool read_decimal(struct pattern_reader *reader, struct decimal *number) {
    struct span word = json_pull_word(&reader->pull);
    char *kept = arena_copy_bytes(reader->pull.arena, word.text, word.size);
    if (!decimal_read(kept, word.size, number))
        return pattern_fault(reader, "%.40s is no number", kept);
    if (number->is_out_of_range)
        return pattern_fault(reader, "the exponent of %.40s is beyond all bounds", kept);
    return true;
}

static void add_spelling(struct letter *letter, const char *bytes, size_t size) {
    for (size_t i = 0; i < letter->count; i++)
        if (letter->sizes[i] == size && memcmp(letter->spellings[i], bytes, size) == 0)
            return;
    memcpy(letter->spellings[letter->count], bytes, size);
    letter->sizes[letter->count++] = (uint8_t)size;
}

static void add_character(struct letter *letter, int32_t character) {
    char bytes[4];
    size_t size = utf8_put(bytes, character);
    add_spelling(letter, bytes, size);
}

/* Each character, its small and its capital letter; sharp s has "SS" as its capital. The characters of an
 * event are not folded: so a "k" does not match the sign of the kelvin, whose small letter is k. */
static bool read_folded(struct pattern_reader *reader, struct test *test) {
    enum { SHARP_S = 0xDF };
    struct span text = {0};
    if (!read_string(reader, test, &text))
        return false;
    struct letter *list =
        arena_take_array(reader->pull.arena, utf8_count(text.text, text.size), sizeof(*list));
    size_t count = 0;
    const char *end = text.text + text.size;
    for (const char *at = text.text; at < end; count++) {
        int32_t character = utf8_next(&at, end);
        add_character(&list[count], character);
        add_character(&list[count], letter_small(character));
        if (character == SHARP_S)
            add_spelling(&list[count], "SS", 2);
        else
            add_character(&list[count], letter_capital(character));
    }
    test->letters = (struct letters){list, count};
    return true;
}

/* {"equals-ignore-case":"x"} in the place of the string. */
static bool read_folded_end(struct pattern_reader *reader, struct test *test, enum test_kind kind) {
    struct json_pull *pull = &reader->pull;
    const char *name = name_of(test);
    json_pull_enter(pull);
    if (!json_pull_more(pull) || !is(json_pull_key(pull), "equals-ignore-case"))
        return pattern_fault(reader, "\"%s\" needs a string, or \"equals-ignore-case\" with one", name);
    test->kind = kind;
    if (!read_folded(reader, test))
        return false;
    if (json_pull_more(pull))
        return pattern_fault(reader, "an operator object has exactly one key");
    return true;
}

static bool read_prefix(struct pattern_reader *reader, struct test *test) {
    return json_pull_peek(&reader->pull) == '{' ? read_folded_end(reader, test, TEST_FOLDED_PREFIX)
                                                : read_text(reader, test);
}

static bool read_suffix(struct pattern_reader *reader, struct test *test) {
    return json_pull_peek(&reader->pull) == '{' ? read_folded_end(reader, test, TEST_FOLDED_SUFFIX)
                                                : read_text(reader, test);
}

static bool read_wildcard(struct pattern_reader *reader, struct test *test) {
    struct span text = {0};
    if (!read_string(reader, test, &text))
        return false;
    char *plain = arena_take(reader->pull.arena, text.size + 1);
    struct span *list = arena_grow(reader->pull.arena, NULL, 0, sizeof(*list));
    size_t count = 1;
    list[0] = (struct span){plain, 0};
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.text[i];
        if (byte == '*') {
            if (count > 1 && !list[count - 1].size)
                return pattern_fault(reader, "\"wildcard\" has two stars side by side");
            list = arena_grow(reader->pull.arena, list, count, sizeof(*list));
            list[count++] = (struct span){plain, 0};
            continue;
        }
        if (byte == '\\') {
            byte = text.text[++i]; /* the NUL behind the text, at its end */
            if (byte != '*' && byte != '\\')
                return pattern_fault(reader,
                                     "\"wildcard\" has a backslash that is followed by neither * nor \\");
        }
        *plain++ = byte;
        list[count - 1].size++;
    }
    test->pieces = (struct pieces){list, count};
    return true;
}

/* ---- numeric ---- */

struct comparison {
    const char *sign;
    bool is_low, is_high; /* which bounds the number is; "=": both */
    bool takes_bound;
    struct decimal number;
};

static bool read_comparison(struct pattern_reader *reader, struct comparison *comparison) {
    static const struct comparison signs[] = {
        {"=", true, true, true, {0}},   {"<", false, true, false, {0}}, {"<=", false, true, true, {0}},
        {">", true, false, false, {0}}, {">=", true, false, true, {0}},
    };
    struct json_pull *pull = &reader->pull;
    if (json_pull_peek(pull) != '"')
        return pattern_fault(reader, "\"numeric\" needs =, <, <=, > or >= before each number");
    struct span sign = json_pull_string(pull);
    size_t i = 0;
    while (i < COUNT(signs) && !is(sign, signs[i].sign))
        i++;
    if (i == COUNT(signs))
        return pattern_fault(reader, "\"numeric\" knows =, <, <=, > and >=, not \"%.40s\"", sign.text);
    *comparison = signs[i];
    if (!json_pull_more(pull) || !is_number(json_pull_peek(pull)))
        return pattern_fault(reader, "\"numeric\" needs a number after \"%s\"", comparison->sign);
    return read_decimal(reader, &comparison->number);
}

static void set_bounds(struct range *range, const struct comparison *comparison) {
    if (comparison->is_low) {
        range->has_low = true;
        range->takes_low = comparison->takes_bound;
        range->low = comparison->number;
    }
    if (comparison->is_high) {
        range->has_high = true;
        range->takes_high = comparison->takes_bound;
        range->high = comparison->number;
    }
}

static bool read_upper_bound(struct pattern_reader *reader, struct range *range) {
    struct comparison comparison = {0};
    if (!read_comparison(reader, &comparison))
        return false;
    if (comparison.is_low)
        return pattern_fault(reader, "\"numeric\" takes < or <= as the second comparison");
    set_bounds(range, &comparison);
    if (decimal_compare(&range->low, &range->high) >= 0)
        return pattern_fault(reader, "\"numeric\" has a range with nothing, or one number, in it");
    if (json_pull_more(&reader->pull))
        return pattern_fault(reader, "\"numeric\" takes at most two comparisons");
    return true;
}

static bool read_numeric(struct pattern_reader *reader, struct test *test) {
    struct json_pull *pull = &reader->pull;
    if (json_pull_peek(pull) != '[')
        return pattern_fault(reader, "\"numeric\" needs an array, as in [\">\",0,\"<=\",5]");
    json_pull_enter(pull);
    if (!json_pull_more(pull))
        return pattern_fault(reader, "\"numeric\" needs a comparison, as in [\">\",0]");
    struct comparison comparison = {0};
    if (!read_comparison(reader, &comparison))
        return false;
    set_bounds(&test->range, &comparison);
    if (!json_pull_more(pull))
        return true;
    if (comparison.is_high)
        return pattern_fault(reader, "\"numeric\" takes a second comparison only after > or >=");
    return read_upper_bound(reader, &test->range);
}

/* ---- cidr ---- */

/* Digits only, at most 3: the prefix length. -1: it is none. */
static int read_bits(struct span text) {
    if (!text.size || text.size > 3)
        return -1;
    int bits = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return -1;
        bits = bits * 10 + (text.text[i] - '0');
    }
    return bits;
}

static bool read_cidr(struct pattern_reader *reader, struct test *test) {
    struct span text = {"", 0};
    if (!read_string(reader, test, &text))
        return false;
    const char *slash = memchr(text.text, '/', text.size);
    if (!slash)
        return pattern_fault(reader, "\"cidr\" needs a block, as in \"10.0.0.0/24\"");
    char *address = arena_copy_bytes(reader->pull.arena, text.text, (size_t)(slash - text.text));
    struct block *block = &test->block;
    block->family = strchr(address, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(block->family, address, block->address) != 1)
        return pattern_fault(reader, "\"cidr\" has no IP address in \"%.60s\"", text.text);
    int bits = read_bits((struct span){slash + 1, text.size - (size_t)(slash + 1 - text.text)});
    int most = block->family == AF_INET ? 31 : 127;
    if (bits < 0 || bits > most)
        return pattern_fault(reader, "\"cidr\" needs 0 to %d bits after the slash", most);
    block->bits = (unsigned)bits;
    return true;
}

/* ---- anything-but ---- */

/* A string or number; `kind` is what its list holds so far, TEST_ANYTHING_BUT: nothing yet. */
static bool read_excluded(struct pattern_reader *reader, struct tests *tests, enum test_kind *kind) {
    char first = json_pull_peek(&reader->pull);
    if (first != '"' && !is_number(first))
        return pattern_fault(reader, "\"anything-but\" takes strings or numbers only");
    struct test *test = add_test(reader, tests);
    test->kind = first == '"' ? TEST_STRING : TEST_NUMBER;
    if (*kind != TEST_ANYTHING_BUT && *kind != test->kind)
        return pattern_fault(reader, "\"anything-but\" takes strings or numbers, not both");
    *kind = test->kind;
    if (first != '"')
        return read_decimal(reader, &test->number);
    test->text = json_pull_string(&reader->pull);
    return true;
}

static bool read_excluded_list(struct pattern_reader *reader, struct tests *tests) {
    enum test_kind kind = TEST_ANYTHING_BUT;
    if (json_pull_peek(&reader->pull) != '[')
        return read_excluded(reader, tests, &kind);
    json_pull_enter(&reader->pull);
    while (json_pull_more(&reader->pull))
        if (!read_excluded(reader, tests, &kind))
            return false;
    return tests->count || pattern_fault(reader, "the list of \"anything-but\" is empty");
}

/* One operand of an operator within "anything-but". */
static bool read_inner(struct pattern_reader *reader, struct tests *tests, const struct operator_row *row) {
    if (json_pull_peek(&reader->pull) != '"')
        return pattern_fault(reader, "\"anything-but\" with \"%s\" needs a string or a list of them",
                             row->name);
    const char *start = reader->pull.at;
    bool is_empty = start[1] == '"';
    if (is_empty && (row->kind == TEST_PREFIX || row->kind == TEST_SUFFIX))
        return pattern_fault(reader, "\"anything-but\" with an empty \"%s\" matches nothing", row->name);
    struct test *test = add_test(reader, tests);
    test->kind = row->kind;
    return row->read(reader, test);
}

static bool read_inner_operator(struct pattern_reader *reader, struct tests *tests) {
    struct json_pull *pull = &reader->pull;
    json_pull_enter(pull);
    const struct operator_row *row = json_pull_more(pull) ? find_operator(json_pull_key(pull)) : NULL;
    if (!row || !row->goes_into_anything_but)
        return pattern_fault(
            reader, "\"anything-but\" takes only prefix, suffix, equals-ignore-case or wildcard in it");
    if (json_pull_peek(pull) == '[') {
        json_pull_enter(pull);
        while (json_pull_more(pull))
            if (!read_inner(reader, tests, row))
                return false;
        if (!tests->count)
            return pattern_fault(reader, "the list of \"%s\" is empty", row->name);
    } else if (!read_inner(reader, tests, row)) {
        return false;
    }
    return !json_pull_more(pull) || pattern_fault(reader, "an operator object has exactly one key");
}

static bool read_anything_but(struct pattern_reader *reader, struct test *test) {
    return json_pull_peek(&reader->pull) == '{' ? read_inner_operator(reader, &test->none_of)
                                                : read_excluded_list(reader, &test->none_of);
}

/* ---- a field's array ---- */

/* {"exists":false} is no test of a value: pattern_read_tests takes it before. */
static bool read_exists(struct pattern_reader *reader, struct test *test) {
    (void)test;
    char first = json_pull_peek(&reader->pull);
    if (first == 't' || first == 'f') {
        json_pull_skip(&reader->pull);
        return true;
    }
    return pattern_fault(reader, "\"exists\" needs true or false");
}

/* True, and behind it, if {"exists":false} is next. */
static bool take_absence(struct pattern_reader *reader) {
    struct json_pull ahead = reader->pull;
    json_pull_enter(&ahead);
    if (!json_pull_more(&ahead) || !is(json_pull_key(&ahead), "exists") || json_pull_peek(&ahead) != 'f')
        return false;
    json_pull_skip(&ahead);
    if (json_pull_more(&ahead))
        return false;
    reader->pull = ahead;
    return true;
}

static bool read_operator(struct pattern_reader *reader, struct test *test) {
    struct json_pull *pull = &reader->pull;
    json_pull_enter(pull);
    if (!json_pull_more(pull))
        return pattern_fault(reader, "an operator object has exactly one key");
    struct span name = json_pull_key(pull);
    const struct operator_row *row = find_operator(name);
    if (!row)
        return pattern_fault(reader, "there is no operator \"%.40s\"", name.text);
    test->kind = row->kind;
    if (!row->read(reader, test))
        return false;
    return !json_pull_more(pull) || pattern_fault(reader, "an operator object has exactly one key");
}

static bool read_plain(struct pattern_reader *reader, struct test *test) {
    char first = json_pull_peek(&reader->pull);
    if (first == '"') {
        test->kind = TEST_STRING;
        test->text = json_pull_string(&reader->pull);
        return true;
    }
    if (is_number(first)) {
        test->kind = TEST_NUMBER;
        return read_decimal(reader, &test->number);
    }
    (void)json_pull_word(&reader->pull);
    test->kind = first == 't' ? TEST_TRUE : first == 'f' ? TEST_FALSE : TEST_NULL;
    return true;
}

bool pattern_read_tests(struct pattern_reader *reader, struct field *field) {
    struct json_pull *pull = &reader->pull;
    json_pull_enter(pull);
    while (json_pull_more(pull)) {
        char first = json_pull_peek(pull);
        if (first == '[')
            return pattern_fault(reader, "an array in the field's array is not allowed");
        if (first == '{' && take_absence(reader)) {
            field->may_be_absent = true;
            continue;
        }
        struct test *test = add_test(reader, &field->any_of);
        if (first == '{' ? !read_operator(reader, test) : !read_plain(reader, test))
            return false;
    }
    return field->any_of.count || field->may_be_absent ||
           pattern_fault(reader, "the array needs at least one member");
}
