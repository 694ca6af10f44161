#include "http/keep.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 8, MOST_BYTES = 64 * 1024 };

struct kept {
    char *key; /* NULL: this place is free; what the response points to is behind it */
    struct response response;
    uint64_t last_use;
};

struct keep {
    struct arena *arena; /* of the list, not of the answers */
    uint64_t uses;
    struct kept kept[KEPT];
};

struct keep *keep_new(void) {
    struct arena *arena = arena_new();
    struct keep *keep = arena_take(arena, sizeof(*keep));
    *keep = (struct keep){.arena = arena};
    return keep;
}

void keep_free(struct keep *keep) {
    if (!keep)
        return;
    for (size_t i = 0; i < KEPT; i++)
        free(keep->kept[i].key);
    arena_free(keep->arena);
}

bool keep_find(struct keep *keep, const char *key, struct response *response) {
    for (size_t i = 0; i < KEPT; i++) {
        struct kept *kept = &keep->kept[i];
        if (!kept->key || strcmp(kept->key, key) != 0)
            continue;
        kept->last_use = ++keep->uses;
        *response = kept->response;
        return true;
    }
    return false;
}

static size_t size_of(const char *key, const struct response *response) {
    size_t size = strlen(key) + 1 + response->body.size;
    for (size_t i = 0; i < response->header_count; i++)
        size += strlen(response->headers[i].value) + 1;
    return size;
}

/* Copies to *at and moves it behind the copy. */
static char *put(char **at, const char *bytes, size_t size) {
    char *copy = *at;
    memcpy(copy, bytes, size);
    *at += size;
    return copy;
}

void keep_add(struct keep *keep, const char *key, const struct response *response) {
    size_t size = size_of(key, response);
    struct kept *place = keep->kept;
    for (struct kept *kept = keep->kept; kept < keep->kept + KEPT; kept++)
        if (kept->last_use < place->last_use)
            place = kept;
    char *at = size <= MOST_BYTES ? malloc(size) : NULL;
    if (!at)
        return;
    free(place->key);
    *place = (struct kept){.response = *response, .last_use = ++keep->uses};
    place->key = put(&at, key, strlen(key) + 1);
    /* Names of headers and the type of content are the program's own. */
    for (size_t i = 0; i < response->header_count; i++) {
        const char *value = response->headers[i].value;
        place->response.headers[i].value = put(&at, value, strlen(value) + 1);
    }
    place->response.body.data = put(&at, response->body.data, response->body.size);
}
