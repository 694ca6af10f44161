/*
 * Three steps for each name that arrives: find its field, give it the form of its type (from JSON or from
 * text), check its bounds. Every fault is noted and the next name looked at, so that a person hears of all at
 * once.
 */
#include "http/input.h"

#include "base/clock.h"
#include "base/json_check.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "http/bounds.h"
#include "http/multipart.h"

#include <assert.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LABELS_SEEN = 100 };

/* ---- bounds ---- */

static void fault(struct request *request, const struct field *field, const char *code,
                  enum words_key message) {
    request_fault(request, field->name, code, message);
}

static bool check_text(struct request *request, const struct field *field, const char *text) {
    size_t bytes = strlen(text);
    int64_t size = (int64_t)(field->in_bytes ? bytes : utf8_count(text, bytes));
    int64_t most = field->type == FIELD_NEW_SECRET ? field->most * 4 : field->most;
    bool is_one_line = field->type != FIELD_LONGTEXT;
    if (utf8_has_control(text, bytes) || (is_one_line && strpbrk(text, "\n\t")))
        fault(request, field, "control", WORDS_FAULT_CONTROL);
    else if (size < field->least && size == 0)
        fault(request, field, "required", WORDS_FAULT_REQUIRED);
    else if (size < field->least)
        fault(request, field, "too_short", WORDS_FAULT_TOO_SHORT);
    else if (most && size > most)
        fault(request, field, "too_long", WORDS_FAULT_TOO_LONG);
    else
        return true;
    return false;
}

static void set_choice(struct request *request, const struct field *field, struct field_value *value,
                       const char *text) {
    for (int64_t i = 0; field->choices[i]; i++) {
        if (strcmp(field->choices[i], text) == 0) {
            value->text = field->choices[i];
            value->integer = i;
            return;
        }
    }
    fault(request, field, "choice", WORDS_FAULT_CHOICE);
}

static void set_integer(struct request *request, const struct field *field, struct field_value *value,
                        int64_t number) {
    if (number < field->least || number > field->most)
        fault(request, field, "range", WORDS_FAULT_RANGE);
    value->integer = number;
}

static void set_integer_text(struct request *request, const struct field *field, struct field_value *value,
                             const char *text) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    bool starts_well = (*text >= '0' && *text <= '9') || *text == '-';
    if (!starts_well || *end)
        fault(request, field, "type", WORDS_FAULT_INTEGER);
    else
        set_integer(request, field, value, errno && number > 0 ? INT64_MAX : number);
}

static void set_person(struct request *request, const struct field *field, struct field_value *value,
                       const char *text) {
    if (strcmp(text, "me") == 0)
        value->integer = request->user ? request->user->id : 0;
    else if (strcmp(text, "none") == 0)
        value->integer = 0;
    else
        set_integer_text(request, field, value, text);
}

static const char *trim(struct arena *arena, const char *text) {
    text += strspn(text, " \t");
    size_t size = strlen(text);
    while (size && strchr(" \t", text[size - 1]))
        size--;
    return arena_copy_bytes(arena, text, size);
}

/* A value that came as text: from a form, or a JSON string. */
static void set_text(struct request *request, const struct field *field, struct field_value *value,
                     const char *text) {
    bool is_as_typed =
        field->type == FIELD_LONGTEXT || field->type == FIELD_SECRET || field->type == FIELD_NEW_SECRET;
    if (!is_as_typed)
        text = trim(request->arena, text);
    if (!*text && field->may_be_empty) {
        value->is_empty = true;
        return;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_LONGTEXT:
    case FIELD_SECRET:
    case FIELD_NEW_SECRET:
        if (check_text(request, field, text))
            value->text = text;
        break;
    case FIELD_EMAIL:
        if (!*text)
            fault(request, field, "required", WORDS_FAULT_REQUIRED);
        else if (!user_email_is_valid(text))
            fault(request, field, "email", WORDS_FAULT_EMAIL);
        value->text = text;
        break;
    case FIELD_CHOICE:
        set_choice(request, field, value, text);
        break;
    case FIELD_DAY:
        if (!clock_is_day(text, strlen(text)))
            fault(request, field, "date", WORDS_FAULT_DATE);
        value->text = text;
        break;
    case FIELD_ZONE:
        if (!clock_is_zone(text))
            fault(request, field, "zone", WORDS_FAULT_ZONE);
        value->text = text;
        break;
    case FIELD_INTEGER:
    case FIELD_FLAG:
        set_integer_text(request, field, value, text);
        break;
    case FIELD_PERSON:
        set_person(request, field, value, text);
        break;
    case FIELD_LABELS:
        assert(!"labels are set as a list");
    }
}

static void check_labels(struct request *request, const struct field *field, struct field_value *value) {
    size_t kept = 0;
    for (size_t i = 0; i < value->count; i++) {
        const char *label = trim(request->arena, value->texts[i]);
        size_t bytes = strlen(label);
        if (utf8_has_control(label, bytes) || strpbrk(label, "\n\t,")) {
            fault(request, field, "control", WORDS_FAULT_LABEL);
            return;
        }
        if ((int64_t)utf8_count(label, bytes) > field->most) {
            fault(request, field, "too_long", WORDS_FAULT_TOO_LONG);
            return;
        }
        if (*label)
            value->texts[kept++] = label;
    }
    value->count = kept;
    if ((int64_t)kept > field->least)
        fault(request, field, "too_many", WORDS_FAULT_TOO_MANY);
}

/* ---- JSON ---- */

static void set_json_list(struct request *request, const struct field *field, struct field_value *value,
                          struct json_object *list) {
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : SIZE_MAX;
    if (count == SIZE_MAX) {
        fault(request, field, "type", WORDS_FAULT_LIST);
        return;
    }
    if (count > MOST_LABELS_SEEN) {
        fault(request, field, "too_many", WORDS_FAULT_TOO_MANY);
        return;
    }
    value->texts = arena_take_array(request->arena, count, sizeof(*value->texts));
    for (size_t i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_string)) {
            fault(request, field, "type", WORDS_FAULT_LIST);
            return;
        }
        value->texts[value->count++] = arena_copy(request->arena, json_object_get_string(item));
    }
    check_labels(request, field, value);
}

static bool wants_number(enum field_type type) {
    return type == FIELD_INTEGER || type == FIELD_PERSON || type == FIELD_FLAG;
}

static void set_json(struct request *request, const struct field *field, struct field_value *value,
                     struct json_object *item) {
    value->is_given = true;
    if (!item) {
        if (field->may_be_empty)
            value->is_empty = true;
        else
            fault(request, field, "required", WORDS_FAULT_REQUIRED);
    } else if (field->type == FIELD_LABELS) {
        set_json_list(request, field, value, item);
    } else if (wants_number(field->type)) {
        if (json_object_is_type(item, json_type_int)) {
            /* json-c clamps what does not fit: above FIELD_LARGEST, or below every `least`. */
            set_integer(request, field, value, json_object_get_int64(item));
        } else if (json_object_is_type(item, json_type_boolean) && field->type == FIELD_FLAG) {
            value->integer = json_object_get_boolean(item);
        } else {
            fault(request, field, "type", WORDS_FAULT_INTEGER);
        }
    } else if (json_object_is_type(item, json_type_string)) {
        set_text(request, field, value, arena_copy(request->arena, json_object_get_string(item)));
    } else {
        fault(request, field, "type", WORDS_FAULT_TEXT);
    }
}

/* ---- both ---- */

static struct field_value *find_value(struct request *request, const char *name, const struct field **field) {
    for (size_t i = 0; i < request->function->field_count; i++) {
        if (strcmp(request->function->fields[i].name, name) == 0) {
            *field = &request->function->fields[i];
            return &request->values[i];
        }
    }
    return NULL;
}

static void check_required(struct request *request) {
    for (size_t i = 0; i < request->function->field_count; i++) {
        const struct field *field = &request->function->fields[i];
        bool is_given = request->values[i].is_given;
        const struct field *other = NULL;
        const struct field_value *instead =
            field->instead ? find_value(request, field->instead, &other) : NULL;
        bool has_other = instead && other && instead->is_given;
        if (field->is_required && !is_given && !has_other)
            fault(request, field, "required", WORDS_FAULT_REQUIRED);
        else if (is_given && has_other)
            fault(request, other, "both", WORDS_FAULT_BOTH);
    }
}

enum input_result input_read_json(struct request *request, const char *body, size_t size,
                                  const char **detail) {
    struct json_check_result check = json_check(body, size, REQUEST_MOST_DEPTH);
    if (check.fault != JSON_GOOD) {
        *detail = words_print(request->arena, request->language, WORDS_PROBLEM_NOT_JSON,
                              {"fault", json_fault_text(check.fault)},
                              {"offset", arena_print(request->arena, "%zu", check.offset)});
        return INPUT_MALFORMED;
    }
    struct json_tokener *tokener = json_tokener_new_ex(REQUEST_MOST_DEPTH + 1);
    struct json_object *root = tokener ? json_tokener_parse_ex(tokener, body, (int)size) : NULL;
    /* A bare number ends only where the text does. */
    if (tokener && !root && json_tokener_get_error(tokener) == json_tokener_continue)
        root = json_tokener_parse_ex(tokener, "", 1);
    enum input_result result = INPUT_MALFORMED;
    *detail = words(request->language, WORDS_PROBLEM_NOT_OBJECT);
    if (json_object_is_type(root, json_type_object)) {
        result = INPUT_GOOD;
        struct json_object_iterator at = json_object_iter_begin(root);
        struct json_object_iterator end = json_object_iter_end(root);
        for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
            const struct field *field = NULL;
            const char *name = json_object_iter_peek_name(&at);
            struct field_value *value = find_value(request, name, &field);
            if (value)
                set_json(request, field, value, json_object_iter_peek_value(&at));
            else
                request_fault(request, arena_copy(request->arena, name), "unknown", WORDS_FAULT_UNKNOWN);
        }
        check_required(request);
    }
    (void)json_object_put(root);
    if (tokener)
        json_tokener_free(tokener);
    return result;
}

/* Browsers send the newlines of a text area as CR LF (HTML, form submission). */
static void unify_newlines(char *text) {
    char *out = text;
    for (const char *in = text; *in; in++)
        if (in[0] != '\r' || in[1] != '\n')
            *out++ = *in;
    *out = '\0';
}

static void set_form_labels(struct request *request, const struct field *field, struct field_value *value,
                            const char *text) {
    value->texts = arena_take_array(request->arena, MOST_LABELS_SEEN, sizeof(*value->texts));
    while (*text) {
        size_t size = strcspn(text, ",");
        if (value->count == MOST_LABELS_SEEN) {
            fault(request, field, "too_many", WORDS_FAULT_TOO_MANY);
            return;
        }
        value->texts[value->count++] = arena_copy_bytes(request->arena, text, size);
        text += size + (text[size] == ',');
    }
    check_labels(request, field, value);
}

/* A checkbox that is not ticked sends nothing; so that this can be told from a form that does not ask, a
 * hidden field of the same name says 0 in front of it. */
static bool is_tick(const struct field *field, const struct field_value *value, const char *text) {
    return field->type == FIELD_FLAG && value->integer == 0 && strcmp(text, "1") == 0;
}

static void fold_lines(char *text) {
    while ((text = strchr(text, '\n')))
        *text = ' ';
}

/* One field of a form, decoded. */
static void set_form(struct request *request, const char *name, const char *value_text) {
    char *text = arena_copy(request->arena, value_text);
    unify_newlines(text);
    const struct field *field = NULL;
    struct field_value *value = find_value(request, name, &field);
    if (!value) {
        request_fault(request, name, "unknown", WORDS_FAULT_UNKNOWN);
    } else if (value->is_given && !is_tick(field, value, text)) {
        fault(request, field, "repeated", WORDS_FAULT_REPEATED);
    } else {
        value->is_given = true;
        value->typed = text;
        if (field->may_wrap)
            fold_lines(text);
        if (field->type == FIELD_LABELS)
            set_form_labels(request, field, value, text);
        else
            set_text(request, field, value, text);
    }
}

enum input_result input_read_form(struct request *request, const char *text, size_t size,
                                  const char **detail) {
    if (!bounds_allow_form(text, size)) {
        *detail = words(request->language, WORDS_PROBLEM_TOO_MANY_FIELDS);
        return INPUT_MALFORMED;
    }
    const char *end = text + size;
    while (text < end) {
        const char *ampersand = memchr(text, '&', (size_t)(end - text));
        const char *pair_end = ampersand ? ampersand : end;
        const char *equals = memchr(text, '=', (size_t)(pair_end - text));
        const char *name_end = equals ? equals : pair_end;
        const char *value = equals ? equals + 1 : pair_end;
        if (pair_end > text) {
            struct arena *arena = request->arena;
            const char *name = percent_decode(arena, text, (size_t)(name_end - text), true);
            const char *decoded = percent_decode(arena, value, (size_t)(pair_end - value), true);
            if (!name || !decoded) {
                *detail = words(request->language, WORDS_PROBLEM_NOT_FORM);
                return INPUT_MALFORMED;
            }
            set_form(request, name, decoded);
        }
        text = ampersand ? ampersand + 1 : end;
    }
    check_required(request);
    return INPUT_GOOD;
}

static bool is_text(struct span bytes) {
    return utf8_is_valid(bytes.text, bytes.size) && !memchr(bytes.text, '\0', bytes.size);
}

enum input_result input_read_multipart(struct request *request, const char *content_type, const char *body,
                                       size_t size, const char **detail) {
    struct arena *arena = request->arena;
    struct multipart multipart;
    struct span name;
    struct span value;
    size_t count = 0;
    enum multipart_result result = multipart_start(&multipart, arena, content_type, body, size);
    while (result == MULTIPART_PART &&
           (result = multipart_next(&multipart, &name, &value)) == MULTIPART_PART) {
        if (++count > BOUNDS_MOST_FIELDS) {
            *detail = words(request->language, WORDS_PROBLEM_TOO_MANY_FIELDS);
            return INPUT_MALFORMED;
        }
        if (is_text(name) && is_text(value))
            set_form(request, arena_copy_bytes(arena, name.text, name.size),
                     arena_copy_bytes(arena, value.text, value.size));
        else
            result = MULTIPART_MALFORMED;
    }
    if (result == MULTIPART_MALFORMED) {
        *detail = words(request->language, WORDS_PROBLEM_NOT_FORM);
        return INPUT_MALFORMED;
    }
    check_required(request);
    return INPUT_GOOD;
}
