/* json-c cuts integers to 64 bits, but keeps the text of a number with a point: so a long integer gets one.
 */
#include "base/buffer.h"
#include "base/json_check.h"
#include "domain/pattern.h"

#include <json-c/json.h>
#include <string.h>

enum { MOST_EVENT_BYTES = 1024 * 1024, MOST_EXACT_INTEGER = 18 };

/* Behind the string that begins at `at`. */
static const char *string_end(const char *at) {
    for (at++; *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

static bool is_integer(const char *at, const char *end) {
    while (at < end && !strchr(".eE", *at))
        at++;
    return at == end;
}

/* JSON that was checked, with long integers as decimals. */
static struct buffer widen(struct arena *arena, const char *text, size_t size) {
    struct buffer wide = buffer_new(arena, size + 16);
    const char *end = text + size;
    for (const char *at = text; at < end;) {
        const char *next = at + 1;
        bool is_long_integer = false;
        if (*at == '"') {
            next = string_end(at);
        } else if (strchr("-0123456789", *at)) {
            while (next < end && strchr("0123456789+-.eE", *next))
                next++;
            is_long_integer = next - at > MOST_EXACT_INTEGER && is_integer(at, next);
        }
        buffer_add_bytes(&wide, at, (size_t)(next - at));
        if (is_long_integer)
            buffer_add(&wide, ".0");
        at = next;
    }
    return wide;
}

struct json_object *pattern_event_parse(struct arena *arena, const char *text, size_t size,
                                        const char **error) {
    if (size > MOST_EVENT_BYTES) {
        *error = arena_print(arena, "the event: more than %d bytes", MOST_EVENT_BYTES);
        return NULL;
    }
    struct json_check_result check = json_check_repeating(text, size, PATTERN_MOST_DEPTH);
    if (check.fault != JSON_GOOD) {
        *error =
            arena_print(arena, "the event, byte %zu: %s", check.offset + 1, json_fault_text(check.fault));
        return NULL;
    }
    struct buffer wide = widen(arena, text, size);
    struct json_tokener *tokener = json_tokener_new_ex(PATTERN_MOST_DEPTH + 1);
    struct json_object *event =
        tokener ? json_tokener_parse_ex(tokener, wide.data, (int)wide.size + 1) : NULL;
    json_tokener_free(tokener);
    *error = NULL;
    if (json_object_is_type(event, json_type_object))
        return event;
    (void)json_object_put(event);
    *error = "the event: it must be a JSON object";
    return NULL;
}
