/* INTERIM: only what the default rules need, until the matcher is merged. */
#include "domain/pattern.h"

#include <json-c/json.h>
#include <string.h>

struct pattern {
    struct json_object *root;
};

const struct pattern *pattern_parse(struct arena *arena, const char *text, size_t size, const char **error) {
    (void)size;
    struct pattern *pattern = arena_take(arena, sizeof(*pattern));
    pattern->root = json_tokener_parse(text);
    *error = pattern->root ? NULL : "not JSON";
    return pattern->root ? pattern : NULL;
}

static bool match(struct json_object *rule, struct json_object *event) {
    if (json_object_is_type(rule, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(rule); i++) {
            struct json_object *leaf = json_object_array_get_idx(rule, i);
            if (json_object_is_type(leaf, json_type_object) ? event != NULL : json_object_equal(leaf, event))
                return true;
        }
        return false;
    }
    if (json_object_is_type(event, json_type_array))
        return json_object_array_length(event) && match(rule, json_object_array_get_idx(event, 0));
    json_object_object_foreach(rule, key, value) if (!match(value, json_object_object_get(event, key))) return false;
    return true;
}

bool pattern_matches(const struct pattern *pattern, struct json_object *event) {
    return match(pattern->root, event);
}
