/* One value of an event against the members of a field's array. */
#include "domain/pattern_form.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* A leaf as tests want it; number and address are read when the first test asks. */
struct leaf {
    json_type type;
    struct json_object *json;
    struct span text; /* of a string */
    bool has_number;
    struct decimal number;
    char digits[32]; /* of an integer, or of a decimal without text */
};

static bool same(struct span one, const char *text, size_t size) {
    return one.size == size && memcmp(one.text, text, size) == 0;
}

/* Bytes of the spelling that stands before `size` bytes at `at` (at their end, for `is_back`); 0: none does.
 */
static size_t letter_size(const struct letter *letter, const char *at, size_t size, bool is_back) {
    for (size_t i = 0; i < letter->count; i++) {
        size_t wanted = letter->sizes[i];
        if (wanted <= size && memcmp(is_back ? at + size - wanted : at, letter->spellings[i], wanted) == 0)
            return wanted;
    }
    return 0;
}

/* Letter by letter; since no spelling begins or ends another, there is one way only. */
static bool folded_matches(const struct test *test, struct span text) {
    bool is_back = test->kind == TEST_FOLDED_SUFFIX;
    const char *at = text.text;
    size_t left = text.size;
    for (size_t i = 0; i < test->letters.count; i++) {
        size_t place = is_back ? test->letters.count - 1 - i : i;
        size_t size = letter_size(&test->letters.list[place], at, left, is_back);
        if (!size)
            return false;
        at += is_back ? 0 : size;
        left -= size;
    }
    return !left || test->kind != TEST_FOLDED;
}

/* The first piece at the start, the last at the end, each other as early as it can be: linear, since a later
 * place never helps. */
static bool wildcard_matches(struct pieces pieces, struct span text) {
    struct span first = pieces.list[0];
    struct span last = pieces.list[pieces.count - 1];
    if (pieces.count == 1)
        return same(text, first.text, first.size);
    if (text.size < first.size + last.size || memcmp(text.text, first.text, first.size) != 0 ||
        memcmp(text.text + text.size - last.size, last.text, last.size) != 0)
        return false;
    const char *at = text.text + first.size;
    const char *end = text.text + text.size - last.size;
    for (size_t i = 1; i + 1 < pieces.count; i++) {
        const char *found = memmem(at, (size_t)(end - at), pieces.list[i].text, pieces.list[i].size);
        if (!found)
            return false;
        at = found + pieces.list[i].size;
    }
    return true;
}

static bool text_matches(const struct test *test, struct span text) {
    switch ((int)test->kind) {
    case TEST_STRING:
        return same(test->text, text.text, text.size);
    case TEST_PREFIX:
        return text.size >= test->text.size && memcmp(text.text, test->text.text, test->text.size) == 0;
    case TEST_SUFFIX:
        return text.size >= test->text.size &&
               memcmp(text.text + text.size - test->text.size, test->text.text, test->text.size) == 0;
    case TEST_WILDCARD:
        return wildcard_matches(test->pieces, text);
    default:
        return folded_matches(test, text);
    }
}

/* The digits of an integer, at the end of `leaf->digits`. json-c has those up to 2^63 - 1 and, unsigned,
 * beyond. */
static struct span integer_text(struct leaf *leaf) {
    int64_t value = json_object_get_int64(leaf->json);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : json_object_get_uint64(leaf->json);
    char *end = leaf->digits + sizeof(leaf->digits);
    char *at = end;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    return (struct span){at, (size_t)(end - at)};
}

/* What json-c parsed keeps its text; what a program made has none. */
static struct span double_text(struct leaf *leaf) {
    const char *text = json_object_get_userdata(leaf->json);
    if (!text) {
        (void)snprintf(leaf->digits, sizeof(leaf->digits), "%.17g", json_object_get_double(leaf->json));
        text = leaf->digits;
    }
    return (struct span){text, strlen(text)};
}

/* False: the leaf is no number, or one that JSON cannot write. */
static bool read_number(struct leaf *leaf) {
    if (leaf->has_number)
        return true;
    if (leaf->type != json_type_int && leaf->type != json_type_double)
        return false;
    struct span text = leaf->type == json_type_int ? integer_text(leaf) : double_text(leaf);
    leaf->has_number = decimal_read(text.text, text.size, &leaf->number);
    return leaf->has_number;
}

static bool range_matches(const struct range *range, struct leaf *leaf) {
    if (!read_number(leaf))
        return false;
    if (range->has_low) {
        int order = decimal_compare(&leaf->number, &range->low);
        if (order < 0 || (order == 0 && !range->takes_low))
            return false;
    }
    if (range->has_high) {
        int order = decimal_compare(&leaf->number, &range->high);
        if (order > 0 || (order == 0 && !range->takes_high))
            return false;
    }
    return true;
}

/* An IPv4-mapped IPv6 address is IPv6: in no IPv4 block. */
static bool block_holds(const struct block *block, struct span text) {
    unsigned char address[16];
    if (text.size >= INET6_ADDRSTRLEN || memchr(text.text, '\0', text.size) ||
        inet_pton(block->family, text.text, address) != 1)
        return false;
    unsigned bytes = block->bits / 8;
    unsigned rest = block->bits % 8;
    if (memcmp(address, block->address, bytes) != 0)
        return false;
    return !rest || (address[bytes] ^ block->address[bytes]) >> (8 - rest) == 0;
}

static bool test_matches(const struct test *test, struct leaf *leaf);

static bool any_matches(const struct tests *tests, struct leaf *leaf) {
    for (size_t i = 0; i < tests->count; i++)
        if (test_matches(&tests->list[i], leaf))
            return true;
    return false;
}

static bool test_matches(const struct test *test, struct leaf *leaf) {
    switch (test->kind) {
    case TEST_NUMBER:
        return read_number(leaf) && decimal_compare(&leaf->number, &test->number) == 0;
    case TEST_RANGE:
        return range_matches(&test->range, leaf);
    case TEST_TRUE:
        return leaf->type == json_type_boolean && json_object_get_boolean(leaf->json);
    case TEST_FALSE:
        return leaf->type == json_type_boolean && !json_object_get_boolean(leaf->json);
    case TEST_NULL:
        return leaf->type == json_type_null;
    case TEST_EXISTS:
        return true;
    case TEST_ANYTHING_BUT:
        return !any_matches(&test->none_of, leaf);
    case TEST_CIDR:
        return leaf->type == json_type_string && block_holds(&test->block, leaf->text);
    case TEST_STRING:
    case TEST_PREFIX:
    case TEST_SUFFIX:
    case TEST_FOLDED:
    case TEST_FOLDED_PREFIX:
    case TEST_FOLDED_SUFFIX:
    case TEST_WILDCARD:
        break;
    }
    return leaf->type == json_type_string && text_matches(test, leaf->text);
}

bool pattern_test_leaf(const struct tests *any_of, struct json_object *json) {
    struct leaf leaf; /* not cleared as a whole: most leaves are strings */
    leaf.json = json;
    leaf.type = json_object_get_type(json);
    leaf.has_number = false;
    if (leaf.type == json_type_string)
        leaf.text = (struct span){json_object_get_string(json), (size_t)json_object_get_string_len(json)};
    return any_matches(any_of, &leaf);
}
