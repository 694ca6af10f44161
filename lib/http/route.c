#include "http/route.h"

#include "base/buffer.h"

#include <string.h>

/* Ids have at most 18 digits, so that they fit an int64_t. */
static bool read_id(const char **at, int64_t *id) {
    int64_t value = 0;
    size_t count = 0;
    const char *digit = *at;
    for (; *digit >= '0' && *digit <= '9' && count < 18; digit++, count++)
        value = value * 10 + (*digit - '0');
    if (!count || **at == '0')
        return false;
    *at = digit;
    *id = value;
    return true;
}

static bool path_matches(const char *pattern, const char *path, int64_t *id) {
    *id = 0;
    while (*pattern) {
        if (*pattern == '{') {
            if (!read_id(&path, id))
                return false;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path;
}

enum route_match route_find(const char *method, const char *path, const struct route **row, int64_t *id) {
    enum route_match match = ROUTE_NO_PATH;
    const char *asked = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!path_matches(ROUTES[i].path, path, id))
            continue;
        match = ROUTE_NO_METHOD;
        if (strcmp(ROUTES[i].method, asked) == 0) {
            *row = &ROUTES[i];
            return ROUTE_FOUND;
        }
    }
    return match;
}

const char *route_methods(struct arena *arena, const char *path) {
    struct buffer out = buffer_new(arena, 64);
    int64_t id = 0;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!path_matches(ROUTES[i].path, path, &id))
            continue;
        buffer_print(&out, "%s%s", out.size ? ", " : "", ROUTES[i].method);
        if (strcmp(ROUTES[i].method, "GET") == 0)
            buffer_add(&out, ", HEAD");
    }
    return out.size ? out.data : NULL;
}
