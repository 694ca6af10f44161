#include "base/json_pull.h"

#include "base/utf8.h"

#include <assert.h>
#include <string.h>

char json_pull_peek(struct json_pull *pull) {
    while (pull->at < pull->end &&
           (*pull->at == ' ' || *pull->at == '\t' || *pull->at == '\n' || *pull->at == '\r'))
        pull->at++;
    if (pull->at == pull->end)
        return '\0';
    return *pull->at;
}

static void take(struct json_pull *pull, char expected) {
    char found = json_pull_peek(pull);
    assert(found == expected);
    pull->at++;
}

void json_pull_enter(struct json_pull *pull) {
    take(pull, json_pull_peek(pull) == '{' ? '{' : '[');
}

bool json_pull_more(struct json_pull *pull) {
    char next = json_pull_peek(pull);
    assert(next);
    bool ends = next == ']' || next == '}';
    if (ends || next == ',')
        pull->at++;
    return !ends;
}

static int32_t read_hex(struct json_pull *pull) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char digit = *pull->at++;
        value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

/* One escape from its backslash, written to `out`; returns its bytes. */
static size_t undo_escape(struct json_pull *pull, char out[4]) {
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    pull->at++;
    char name = *pull->at++;
    if (name != 'u') {
        const char *found = strchr(names, name);
        assert(found && *found);
        *out = meanings[found - names];
        return 1;
    }
    int32_t character = read_hex(pull);
    if (character >= 0xD800 && character <= 0xDBFF) {
        pull->at += 2;
        character = 0x10000 + ((character - 0xD800) << 10) + (read_hex(pull) - 0xDC00);
    }
    return utf8_put(out, character);
}

/* Behind the opening quote: the closing one. */
static const char *string_end(const struct json_pull *pull) {
    const char *at = pull->at;
    while (*at != '"')
        at += *at == '\\' ? 2 : 1;
    return at;
}

struct span json_pull_string(struct json_pull *pull) {
    take(pull, '"');
    const char *end = string_end(pull);
    char *text = arena_take(pull->arena, (size_t)(end - pull->at) + 1); /* escapes only shrink */
    size_t size = 0;
    while (pull->at < end) {
        if (*pull->at == '\\') {
            char bytes[4];
            size_t count = undo_escape(pull, bytes);
            memcpy(text + size, bytes, count);
            size += count;
        } else {
            text[size++] = *pull->at++;
        }
    }
    pull->at++;
    return (struct span){text, size};
}

struct span json_pull_key(struct json_pull *pull) {
    struct span key = json_pull_string(pull);
    take(pull, ':');
    return key;
}

struct span json_pull_word(struct json_pull *pull) {
    (void)json_pull_peek(pull);
    const char *first = pull->at;
    while (pull->at < pull->end && !strchr(" \t\r\n,]}", *pull->at))
        pull->at++;
    return (struct span){first, (size_t)(pull->at - first)};
}

void json_pull_skip(struct json_pull *pull) {
    size_t depth = 0;
    do {
        char next = json_pull_peek(pull);
        assert(next);
        if (next == '"') {
            pull->at++;
            pull->at = string_end(pull) + 1;
        } else if (strchr("{[}],:", next)) {
            depth += next == '{' || next == '[';
            depth -= next == '}' || next == ']';
            pull->at++;
        } else {
            (void)json_pull_word(pull);
        }
    } while (depth);
}
