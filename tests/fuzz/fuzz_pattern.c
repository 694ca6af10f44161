/* A pattern, a zero byte, an event: a pattern is read or refused with a sentence; what is read decides an
 * event the same each time, and as the same pattern with all its whitespace and escapes gone. */
#include "domain/pattern.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static const struct pattern *parse(struct arena *arena, const char *text, size_t size) {
    const char *error = NULL;
    const struct pattern *pattern = pattern_parse(arena, text, size, &error);
    if ((pattern == NULL) == (error == NULL) || (error && !*error))
        abort();
    return pattern;
}

/*
 * The same pattern as json-c writes it. NULL where it may be another one: a repeated key takes the place of
 * the first there, which matters beside "$or" and dotted keys.
 */
static const struct pattern *parse_rewritten(struct arena *arena, const char *text, size_t size) {
    const char *error = NULL;
    struct json_object *tree = pattern_event_parse(arena, text, size, &error);
    if (!tree)
        abort(); /* what is a pattern is an object */
    const char *plain = json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN);
    const struct pattern *pattern = NULL;
    if (strlen(plain) <= PATTERN_MOST_BYTES && !strstr(plain, "$or") && !strchr(plain, '.'))
        pattern = parse(arena, plain, strlen(plain));
    (void)json_object_put(tree);
    return pattern;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const uint8_t *zero = size ? memchr(bytes, 0, size) : NULL;
    size_t pattern_size = zero ? (size_t)(zero - bytes) : size;
    size_t event_size = zero ? size - pattern_size - 1 : 0;
    /* Copies of the exact size, so that a step too far is seen. */
    char *text = malloc(pattern_size + 1);
    char *event_text = malloc(event_size + 1);
    if (!text || !event_text)
        abort();
    text = realloc(memcpy(text, bytes, pattern_size), pattern_size ? pattern_size : 1);
    if (event_size)
        memcpy(event_text, zero + 1, event_size);
    struct arena *arena = arena_new();
    const struct pattern *pattern = parse(arena, text, pattern_size);
    const char *error = NULL;
    struct json_object *event = pattern_event_parse(arena, event_text, event_size, &error);
    if ((event == NULL) == (error == NULL))
        abort();
    if (pattern) {
        bool matches = pattern_matches(pattern, event);
        if (matches != pattern_matches(pattern, event) || (matches && !event))
            abort();
        const struct pattern *other = parse_rewritten(arena, text, pattern_size);
        if (other && matches != pattern_matches(other, event))
            abort();
    }
    (void)json_object_put(event);
    arena_free(arena);
    free(text);
    free(event_text);
    return 0;
}
