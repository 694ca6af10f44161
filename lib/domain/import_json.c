/* JSON of other programs: hostile as any, checked before it is read. */
#include "domain/import.h"

#include "base/json_check.h"

struct json_object *import_json(struct import *import, struct span bytes, unsigned first_line) {
    enum { MOST_DEPTH = 64 };
    struct json_check_result check = json_check(bytes.text, bytes.size, MOST_DEPTH);
    if (check.fault != JSON_GOOD) {
        unsigned line = first_line;
        for (size_t i = 0; i < check.offset; i++)
            line += bytes.text[i] == '\n';
        import_fault(import, arena_print(import->arena, "line %u", line), "it is not JSON: %s",
                     json_fault_text(check.fault));
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(MOST_DEPTH + 1);
    struct json_object *root = tokener ? json_tokener_parse_ex(tokener, bytes.text, (int)bytes.size) : NULL;
    if (tokener && !root && json_tokener_get_error(tokener) == json_tokener_continue)
        root = json_tokener_parse_ex(tokener, " ", 1); /* a bare number ends where the text does */
    if (tokener)
        json_tokener_free(tokener);
    if (!root)
        import_fault(import, NULL, "it is not JSON that can be read");
    return root;
}

const char *import_member(struct import *import, const char *where, struct json_object *object,
                          const char *key) {
    struct json_object *value = json_object_object_get(object, key);
    bool is_text = json_object_is_type(value, json_type_string) || json_object_is_type(value, json_type_int);
    return is_text ? import_text(import, where, json_object_get_string(value)) : NULL;
}

struct json_object *import_array(struct json_object *object, const char *key) {
    struct json_object *value = json_object_object_get(object, key);
    return json_object_is_type(value, json_type_array) ? value : NULL;
}

int64_t import_integer(struct json_object *object, const char *key) {
    return json_object_get_int64(json_object_object_get(object, key));
}

bool import_flag(struct json_object *object, const char *key) {
    struct json_object *value = json_object_object_get(object, key);
    return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}
