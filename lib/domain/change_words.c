#include "domain/change_words.h"

#include <json-c/json.h>
#include <string.h>

struct word {
    const char *value;
    enum words_key key;
};

static const struct word fields[] = {
    {"title", WORDS_PAGE_FIELD_TITLE},       {"description", WORDS_PAGE_FIELD_DESCRIPTION},
    {"status", WORDS_PAGE_FIELD_STATUS},     {"progress", WORDS_PAGE_FIELD_PROGRESS},
    {"priority", WORDS_PAGE_FIELD_PRIORITY}, {"assignee", WORDS_PAGE_FIELD_ASSIGNEE},
    {"due_on", WORDS_PAGE_FIELD_DUE_ON},     {"labels", WORDS_PAGE_FIELD_LABELS},
};
static const struct word statuses[] = {
    {"todo", WORDS_PAGE_STATUS_TODO}, {"doing", WORDS_PAGE_STATUS_DOING}, {"done", WORDS_PAGE_STATUS_DONE}};
static const struct word priorities[] = {{"low", WORDS_PAGE_PRIORITY_LOW},
                                         {"normal", WORDS_PAGE_PRIORITY_NORMAL},
                                         {"high", WORDS_PAGE_PRIORITY_HIGH},
                                         {"urgent", WORDS_PAGE_PRIORITY_URGENT}};

static const char *find(enum language language, const struct word *list, size_t count, const char *value) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].value, value) == 0)
            return words(language, list[i].key);
    return value;
}

const char *change_field(enum language language, const struct event_change *change) {
    return find(language, fields, COUNT(fields), change->field);
}

const char *choice_words(enum language language, const char *field, const char *value) {
    if (strcmp(field, "status") == 0)
        return find(language, statuses, COUNT(statuses), value);
    return strcmp(field, "priority") == 0 ? find(language, priorities, COUNT(priorities), value) : value;
}

/* Texts and numbers as they are, lists with commas; NULL for null, "" and []. */
static const char *plain(struct arena *arena, const char *json) {
    struct json_object *value = json_tokener_parse(json);
    struct buffer out = buffer_new(arena, 64);
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            buffer_print(&out, "%s%s", i ? ", " : "",
                         json_object_get_string(json_object_array_get_idx(value, i)));
    } else if (value) {
        buffer_add(&out, json_object_get_string(value));
    }
    (void)json_object_put(value);
    return out.size ? out.data : NULL;
}

static const char *side(struct arena *arena, enum language language, const char *field, const char *json,
                        const char *name) {
    if (strcmp(field, "assignee") == 0)
        return name;
    const char *text = plain(arena, json);
    return text ? choice_words(language, field, text) : NULL;
}

const char *change_from(struct arena *arena, enum language language, const struct event_change *change) {
    return side(arena, language, change->field, change->from, change->from_name);
}

const char *change_to(struct arena *arena, enum language language, const struct event_change *change) {
    return side(arena, language, change->field, change->to, change->to_name);
}
