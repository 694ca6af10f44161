#include "domain/change_words.h"

#include <json-c/json.h>
#include <string.h>

/* Sentences that are chosen by a value of the API. */
static const struct {
    const char *field;
    const char *value;
    enum words_key key;
} choices[] = {
    {"status", "todo", WORDS_PAGE_STATUS_TODO},
    {"status", "doing", WORDS_PAGE_STATUS_DOING},
    {"status", "done", WORDS_PAGE_STATUS_DONE},
    {"priority", "low", WORDS_PAGE_PRIORITY_LOW},
    {"priority", "normal", WORDS_PAGE_PRIORITY_NORMAL},
    {"priority", "high", WORDS_PAGE_PRIORITY_HIGH},
    {"priority", "urgent", WORDS_PAGE_PRIORITY_URGENT},
    {"due", "overdue", WORDS_PAGE_FILTER_DUE_OVERDUE},
    {"due", "today", WORDS_PAGE_FILTER_DUE_TODAY},
    {"due", "week", WORDS_PAGE_FILTER_DUE_WEEK},
    {"sort", "updated", WORDS_PAGE_SORT_UPDATED},
    {"sort", "created", WORDS_PAGE_SORT_CREATED},
    {"sort", "due", WORDS_PAGE_SORT_DUE},
    {"sort", "priority", WORDS_PAGE_SORT_PRIORITY},
    {"sort", "progress", WORDS_PAGE_SORT_PROGRESS},
    {"sort", "title", WORDS_PAGE_SORT_TITLE},
    {"order", "asc", WORDS_PAGE_ORDER_ASC},
    {"order", "desc", WORDS_PAGE_ORDER_DESC},
    /* Why somebody is mailed, and why not. */
    {"reason", "assignee", WORDS_PAGE_REASON_ASSIGNEE},
    {"reason", "was_assignee", WORDS_PAGE_REASON_WAS_ASSIGNEE},
    {"reason", "mentioned", WORDS_PAGE_REASON_MENTIONED},
    {"reason", "creator", WORDS_PAGE_REASON_CREATOR},
    {"reason", "watcher", WORDS_PAGE_REASON_WATCHER},
    {"reason", "all", WORDS_PAGE_REASON_ALL},
    {"reason", "rule", WORDS_PAGE_REASON_RULE},
    {"skipped", "own", WORDS_PAGE_SKIPPED_OWN},
    {"skipped", "muted", WORDS_PAGE_SKIPPED_MUTED},
    {"skipped", "off", WORDS_PAGE_SKIPPED_OFF},
    {"skipped", "level", WORDS_PAGE_SKIPPED_LEVEL},
    {"skipped", "undone", WORDS_PAGE_SKIPPED_UNDONE},
    {"mail_how", "instant", WORDS_PAGE_MAIL_HOW_INSTANT},
    {"mail_how", "coalesced", WORDS_PAGE_MAIL_HOW_COALESCED},
    {"mail_how", "daily", WORDS_PAGE_MAIL_HOW_DAILY},
    {"mail_how", "off", WORDS_PAGE_MAIL_HOW_OFF},
    {"mail_how_about", "instant", WORDS_PAGE_MAIL_HOW_INSTANT_ABOUT},
    {"mail_how_about", "coalesced", WORDS_PAGE_MAIL_HOW_COALESCED_ABOUT},
    {"mail_how_about", "daily", WORDS_PAGE_MAIL_HOW_DAILY_ABOUT},
    {"mail_how_about", "off", WORDS_PAGE_MAIL_HOW_OFF_ABOUT},
    {"mail_level", "involved", WORDS_PAGE_MAIL_LEVEL_INVOLVED},
    {"mail_level", "assigned", WORDS_PAGE_MAIL_LEVEL_ASSIGNED},
    {"mail_level", "all", WORDS_PAGE_MAIL_LEVEL_ALL},
    {"mail_level_about", "involved", WORDS_PAGE_MAIL_LEVEL_INVOLVED_ABOUT},
    {"mail_level_about", "assigned", WORDS_PAGE_MAIL_LEVEL_ASSIGNED_ABOUT},
    {"mail_level_about", "all", WORDS_PAGE_MAIL_LEVEL_ALL_ABOUT},
    {"token_scope", "read", WORDS_PAGE_TOKEN_SCOPE_READ},
    {"token_scope", "write", WORDS_PAGE_TOKEN_SCOPE_WRITE},
    {"token_scope", "admin", WORDS_PAGE_TOKEN_SCOPE_ADMIN},
    /* Of time zones, as the IANA database has them. */
    {"region", "Africa", WORDS_PAGE_REGION_AFRICA},
    {"region", "America", WORDS_PAGE_REGION_AMERICA},
    {"region", "Antarctica", WORDS_PAGE_REGION_ANTARCTICA},
    {"region", "Arctic", WORDS_PAGE_REGION_ARCTIC},
    {"region", "Asia", WORDS_PAGE_REGION_ASIA},
    {"region", "Atlantic", WORDS_PAGE_REGION_ATLANTIC},
    {"region", "Australia", WORDS_PAGE_REGION_AUSTRALIA},
    {"region", "Europe", WORDS_PAGE_REGION_EUROPE},
    {"region", "Indian", WORDS_PAGE_REGION_INDIAN},
    {"region", "Pacific", WORDS_PAGE_REGION_PACIFIC},
    /* What a form calls its fields. */
    {"field", "title", WORDS_PAGE_FIELD_TITLE},
    {"field", "description", WORDS_PAGE_FIELD_DESCRIPTION},
    {"field", "status", WORDS_PAGE_FIELD_STATUS},
    {"field", "progress", WORDS_PAGE_FIELD_PROGRESS},
    {"field", "priority", WORDS_PAGE_FIELD_PRIORITY},
    {"field", "assignee_id", WORDS_PAGE_FIELD_ASSIGNEE},
    {"field", "assignee", WORDS_PAGE_FIELD_ASSIGNEE},
    {"field", "due_on", WORDS_PAGE_FIELD_DUE_ON},
    {"field", "due", WORDS_PAGE_FIELD_DUE_ON},
    {"field", "labels", WORDS_PAGE_FIELD_LABELS},
    {"field", "label", WORDS_PAGE_FILTER_LABEL},
    {"field", "body", WORDS_PAGE_COMMENT},
    {"field", "email", WORDS_PAGE_EMAIL},
    {"field", "password", WORDS_PAGE_PASSWORD},
    {"field", "name", WORDS_PAGE_YOUR_NAME},
    {"field", "q", WORDS_PAGE_SEARCH},
    {"field", "sort", WORDS_PAGE_SORT},
    {"field", "order", WORDS_PAGE_ORDER},
    {"field", "creator", WORDS_PAGE_FIELD_CREATOR},
    {"field", "limit", WORDS_PAGE_FIELD_LIMIT},
    {"field", "scope", WORDS_PAGE_TOKEN_SCOPE},
    {"field", "role", WORDS_PAGE_ROLE},
};

const char *choice_words(enum language language, const char *field, const char *value) {
    for (size_t i = 0; i < COUNT(choices); i++)
        if (strcmp(choices[i].field, field) == 0 && strcmp(choices[i].value, value) == 0)
            return words(language, choices[i].key);
    return NULL;
}

const char *change_field(enum language language, const struct event_change *change) {
    return choice_words(language, "field", change->field);
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
        return person_name(language, name);
    const char *text = plain(arena, json);
    const char *words_of_it = text ? choice_words(language, field, text) : NULL;
    return words_of_it ? words_of_it : text;
}

const char *change_from(struct arena *arena, enum language language, const struct event_change *change) {
    return side(arena, language, change->field, change->from, change->from_name);
}

const char *change_to(struct arena *arena, enum language language, const struct event_change *change) {
    return side(arena, language, change->field, change->to, change->to_name);
}
