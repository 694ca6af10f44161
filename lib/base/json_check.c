/*
 * Recursive descent, one function a rule of the grammar. Duplicate names are found by comparing each name
 * with the earlier ones of its object as they are meant, not as they are spelt ("a" and "\u0061" are the
 * same).
 */
#include "base/json_check.h"

#include "base/utf8.h"

#include <string.h>

enum { MOST_KEYS = 256, MOST_NUMBER_BYTES = 32 };

struct reader {
    const char *start;
    const char *at;
    const char *end;
    unsigned depth_left;
    bool may_repeat; /* a key in its object */
    enum json_fault fault;
};

static bool read_value(struct reader *reader);

static bool fail(struct reader *reader, enum json_fault fault) {
    if (reader->fault == JSON_GOOD)
        reader->fault = fault;
    return false;
}

static int peek(const struct reader *reader) {
    return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

static void skip_space(struct reader *reader) {
    while (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\n' || peek(reader) == '\r')
        reader->at++;
}

static bool read_literal(struct reader *reader, const char *word) {
    size_t size = strlen(word);
    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0)
        return fail(reader, JSON_SYNTAX);
    reader->at += size;
    return true;
}

static bool read_digits(struct reader *reader) {
    if (peek(reader) < '0' || peek(reader) > '9')
        return fail(reader, JSON_SYNTAX);
    while (peek(reader) >= '0' && peek(reader) <= '9')
        reader->at++;
    return true;
}

static bool read_number(struct reader *reader) {
    const char *first = reader->at;
    if (peek(reader) == '-')
        reader->at++;
    if (peek(reader) == '0')
        reader->at++;
    else if (!read_digits(reader))
        return false;
    if (peek(reader) == '.') {
        reader->at++;
        if (!read_digits(reader))
            return false;
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        reader->at++;
        if (peek(reader) == '+' || peek(reader) == '-')
            reader->at++;
        if (!read_digits(reader))
            return false;
    }
    if (reader->at - first > MOST_NUMBER_BYTES)
        return fail(reader, JSON_NUMBER_SIZE);
    return true;
}

static int32_t read_four_hex(struct reader *reader) {
    if (reader->end - reader->at < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char digit = reader->at[i];
        int32_t worth = -1;
        if (digit >= '0' && digit <= '9')
            worth = digit - '0';
        else if (digit >= 'a' && digit <= 'f')
            worth = digit - 'a' + 10;
        else if (digit >= 'A' && digit <= 'F')
            worth = digit - 'A' + 10;
        if (worth < 0)
            return -1;
        value = value * 16 + worth;
    }
    reader->at += 4;
    return value;
}

/* Behind "\u": one character, or the two halves of a surrogate pair. -1 on a fault. */
static int32_t read_unicode_escape(struct reader *reader) {
    int32_t first = read_four_hex(reader);
    if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF))
        return -1;
    if (first < 0xD800 || first > 0xDBFF)
        return first;
    if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u')
        return -1;
    reader->at += 2;
    int32_t second = read_four_hex(reader);
    if (second < 0xDC00 || second > 0xDFFF)
        return -1;
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

/* One character inside a string, escapes undone. -1 on a fault, which is then recorded. */
static int32_t read_character(struct reader *reader) {
    int byte = peek(reader);
    if (byte < 0) {
        (void)fail(reader, JSON_SYNTAX);
        return -1;
    }
    if (byte < 0x20) {
        (void)fail(reader, JSON_CONTROL);
        return -1;
    }
    if (byte != '\\') {
        int32_t character = utf8_next(&reader->at, reader->end);
        if (character < 0)
            (void)fail(reader, JSON_NOT_UTF8);
        return character;
    }
    const char *escape = reader->at++;
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int name = peek(reader);
    const char *found = name > 0 ? strchr(names, name) : NULL;
    if (found) {
        reader->at++;
        return meanings[found - names];
    }
    int32_t character = -1;
    if (name == 'u') {
        reader->at++;
        character = read_unicode_escape(reader);
    }
    if (character > 0)
        return character;
    reader->at = escape;
    (void)fail(reader, character == 0 ? JSON_NUL : JSON_ESCAPE);
    return -1;
}

static bool read_string(struct reader *reader) {
    if (peek(reader) != '"')
        return fail(reader, JSON_SYNTAX);
    reader->at++;
    while (peek(reader) != '"')
        if (read_character(reader) < 0)
            return false;
    reader->at++;
    return true;
}

/* Two strings known to be good, each from its opening quote. */
static bool same_string(const struct reader *reader, const char *one, const char *other) {
    struct reader left = {.at = one + 1, .end = reader->end};
    struct reader right = {.at = other + 1, .end = reader->end};
    for (;;) {
        bool left_ends = peek(&left) == '"';
        bool right_ends = peek(&right) == '"';
        if (left_ends || right_ends)
            return left_ends && right_ends;
        if (read_character(&left) != read_character(&right))
            return false;
    }
}

static bool enter(struct reader *reader) {
    if (!reader->depth_left)
        return fail(reader, JSON_TOO_DEEP);
    reader->depth_left--;
    reader->at++;
    skip_space(reader);
    return true;
}

/* Behind a member: true if another one follows, false at `closing` (consumed) or on a fault. */
static bool more_members(struct reader *reader, char closing) {
    skip_space(reader);
    if (peek(reader) == ',') {
        reader->at++;
        skip_space(reader);
        return true;
    }
    if (peek(reader) != closing)
        return fail(reader, JSON_SYNTAX);
    reader->at++;
    reader->depth_left++;
    return false;
}

static bool read_array(struct reader *reader) {
    if (!enter(reader))
        return false;
    if (peek(reader) == ']') {
        reader->at++;
        reader->depth_left++;
        return true;
    }
    do
        if (!read_value(reader))
            return false;
    while (more_members(reader, ']'));
    return reader->fault == JSON_GOOD;
}

static bool read_member(struct reader *reader, const char **keys, size_t *count) {
    const char *key = reader->at;
    if (!read_string(reader))
        return false;
    for (size_t i = 0; i < *count && !reader->may_repeat; i++) {
        if (same_string(reader, keys[i], key)) {
            reader->at = key;
            return fail(reader, JSON_DUPLICATE);
        }
    }
    if (*count == MOST_KEYS)
        return fail(reader, JSON_TOO_DEEP);
    keys[(*count)++] = key;
    skip_space(reader);
    if (peek(reader) != ':')
        return fail(reader, JSON_SYNTAX);
    reader->at++;
    return read_value(reader);
}

static bool read_object(struct reader *reader) {
    if (!enter(reader))
        return false;
    if (peek(reader) == '}') {
        reader->at++;
        reader->depth_left++;
        return true;
    }
    const char *keys[MOST_KEYS];
    size_t count = 0;
    do
        if (!read_member(reader, keys, &count))
            return false;
    while (more_members(reader, '}'));
    return reader->fault == JSON_GOOD;
}

static bool read_value(struct reader *reader) {
    skip_space(reader);
    switch (peek(reader)) {
    case '{':
        return read_object(reader);
    case '[':
        return read_array(reader);
    case '"':
        return read_string(reader);
    case 't':
        return read_literal(reader, "true");
    case 'f':
        return read_literal(reader, "false");
    case 'n':
        return read_literal(reader, "null");
    default:
        return read_number(reader);
    }
}

static struct json_check_result check(struct reader *reader) {
    skip_space(reader);
    if (reader->at == reader->end)
        return (struct json_check_result){JSON_EMPTY, (size_t)(reader->at - reader->start)};
    if (read_value(reader)) {
        skip_space(reader);
        if (reader->at != reader->end)
            (void)fail(reader, JSON_TRAILING);
    }
    return (struct json_check_result){reader->fault, (size_t)(reader->at - reader->start)};
}

struct json_check_result json_check(const char *text, size_t size, unsigned max_depth) {
    struct reader reader = {.start = text, .at = text, .end = text + size, .depth_left = max_depth};
    return check(&reader);
}

struct json_check_result json_check_repeating(const char *text, size_t size, unsigned max_depth) {
    struct reader reader = {
        .start = text, .at = text, .end = text + size, .depth_left = max_depth, .may_repeat = true};
    return check(&reader);
}

const char *json_fault_text(enum json_fault fault) {
    static const char *const texts[] = {
        [JSON_GOOD] = "well-formed",
        [JSON_EMPTY] = "there is no JSON value",
        [JSON_NOT_UTF8] = "the bytes are not UTF-8",
        [JSON_SYNTAX] = "this is not JSON",
        [JSON_ESCAPE] = "unknown escape in a string",
        [JSON_CONTROL] = "a control character in a string is not escaped",
        [JSON_NUL] = "a string holds the character U+0000",
        [JSON_DUPLICATE] = "a key stands twice in one object",
        [JSON_TOO_DEEP] = "too deeply nested, or too many keys",
        [JSON_NUMBER_SIZE] = "a number has too many digits",
        [JSON_TRAILING] = "something follows after the value",
    };
    return texts[fault];
}
