#include "base/template.h"

#include "base/utf8.h"

#include <string.h>

/* U+2068 and U+2069, by their bytes: in a literal they would turn round what stands beside it. */
static const char ISOLATE[] = {(char)0xE2, (char)0x81, (char)0xA8, '\0'};
static const char END_OF_ISOLATE[] = {(char)0xE2, (char)0x81, (char)0xA9, '\0'};

struct field {
    struct field *next;
    unsigned name;
    const char *value;             /* NULL: a list */
    struct template_record *first; /* of a list */
    struct template_record *last;
};

struct template_record {
    struct arena *arena;
    const struct template_record *around;
    struct template_record *next; /* in its list */
    struct field *fields;
};

struct writer {
    struct buffer *out;
    const struct template *template;
    enum language language;
};

/* ---- data ---- */

struct template_record *template_record(struct arena *arena) {
    struct template_record *record = arena_take(arena, sizeof(*record));
    record->arena = arena;
    return record;
}

static struct field *own_field(const struct template_record *record, unsigned name) {
    struct field *field = record->fields;
    while (field && field->name != name)
        field = field->next;
    return field;
}

static struct field *add_field(struct template_record *record, unsigned name) {
    struct field *field = arena_take(record->arena, sizeof(*field));
    *field = (struct field){.next = record->fields, .name = name};
    record->fields = field;
    return field;
}

void template_set(struct template_record *record, unsigned name, const char *value) {
    add_field(record, name)->value = value ? value : "";
}

struct template_record *template_add(struct template_record *record, unsigned name) {
    struct field *field = own_field(record, name);
    if (!field)
        field = add_field(record, name);
    struct template_record *added = template_record(record->arena);
    added->around = record;
    if (field->last)
        field->last->next = added;
    else
        field->first = added;
    field->last = added;
    return added;
}

static const struct field *find(const struct template_record *record, unsigned name) {
    const struct field *field = NULL;
    for (; record && !field; record = record->around)
        field = own_field(record, name);
    return field;
}

static bool is_empty(const struct field *field) {
    return !field || (!field->first && !*field->value);
}

/* ---- text ---- */

/* Bytes of the line end at the beginning of a text; U+2028 and U+2029 are such, too, to some readers. 0:
 * none. */
static size_t line_end_size(const char *text) {
    if (*text == '\r')
        return text[1] == '\n' ? 2 : 1;
    if (strncmp(text, "\xE2\x80\xA8", 3) == 0 || strncmp(text, "\xE2\x80\xA9", 3) == 0)
        return 3;
    return *text == '\n';
}

/* A line end in a value would begin a line that we did not write. */
static void add_line(struct buffer *out, const char *value) {
    while (*value) {
        size_t size = strcspn(value, "\r\n\xE2");
        buffer_add_bytes(out, value, size);
        value += size;
        size_t line_end = line_end_size(value);
        if (*value)
            buffer_add_char(out, (char)(line_end ? ' ' : *value++));
        value += line_end;
    }
}

static void add_value(const struct writer *writer, const char *value) {
    if (writer->template->is_html)
        buffer_add_html(writer->out, value);
    else
        add_line(writer->out, value);
}

/* Letters of the scripts that run from right to left (Hebrew to Arabic, their presentation forms, the plane
 * of old ones), and the characters that turn others round. */
static bool turns_round(int32_t c) {
    return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC) ||
           (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF) || c == 0x200F ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool needs_isolation(const char *value) {
    const char *end = value + strlen(value);
    while (value < end) {
        int32_t character = utf8_next(&value, end);
        if (character < 0)
            value++;
        else if (turns_round(character))
            return true;
    }
    return false;
}

/* The value without isolates of its own: one that closes more than it opens would end ours. */
static const char *without_isolates(struct arena *arena, const char *value) {
    struct buffer out = buffer_new(arena, strlen(value));
    for (; *value; value++) {
        bool is_isolate = strncmp(value, "\xE2\x81", 2) == 0 && value[2] >= '\xA6' && value[2] <= '\xA9';
        if (is_isolate)
            value += 2;
        else
            buffer_add_char(&out, *value);
    }
    return out.data;
}

static void add_isolated(const struct writer *writer, const char *value) {
    if (!needs_isolation(value)) {
        add_value(writer, value);
        return;
    }
    buffer_add(writer->out, writer->template->is_html ? "<bdi>" : ISOLATE);
    add_value(writer, without_isolates(writer->out->arena, value));
    buffer_add(writer->out, writer->template->is_html ? "</bdi>" : END_OF_ISOLATE);
}

static const struct field *find_text(const struct writer *writer, const struct template_record *record,
                                     const char *name, size_t size) {
    for (unsigned i = 0; writer->template->names[i]; i++)
        if (strlen(writer->template->names[i]) == size && memcmp(writer->template->names[i], name, size) == 0)
            return find(record, i);
    return NULL;
}

/* As words_fill does, with the values of the record; what stands around them is escaped, too. */
static void add_sentence(const struct writer *writer, const struct template_record *record,
                         enum words_key key) {
    const char *at = words(writer->language, key);
    const char *open;
    while ((open = strchr(at, '{')) != NULL) {
        add_value(writer, arena_copy_bytes(writer->out->arena, at, (size_t)(open - at)));
        const char *close = strchr(open, '}');
        const struct field *field =
            close ? find_text(writer, record, open + 1, (size_t)(close - open - 1)) : NULL;
        if (field && field->value) {
            add_isolated(writer, field->value);
            at = close + 1;
        } else {
            buffer_add_char(writer->out, '{');
            at = open + 1;
        }
    }
    add_value(writer, at);
}

/* ---- steps ---- */

static void write_steps(const struct writer *writer, size_t from, size_t end,
                        const struct template_record *record) {
    const struct template_step *steps = writer->template->steps;
    for (size_t i = from; i < end; i++) {
        const struct field *field = NULL;
        if (steps[i].kind != TEMPLATE_TEXT && steps[i].kind != TEMPLATE_SENTENCE)
            field = find(record, steps[i].number);
        switch (steps[i].kind) {
        case TEMPLATE_TEXT:
            buffer_add(writer->out, steps[i].text);
            break;
        case TEMPLATE_VALUE:
            if (field && field->value)
                add_value(writer, field->value);
            break;
        case TEMPLATE_ISOLATED:
            if (field && field->value)
                add_isolated(writer, field->value);
            break;
        case TEMPLATE_SENTENCE:
            add_sentence(writer, record, (enum words_key)steps[i].number);
            break;
        case TEMPLATE_SECTION:
            if (!is_empty(field) && field->value)
                write_steps(writer, i + 1, steps[i].end, record);
            for (const struct template_record *each = field ? field->first : NULL; each; each = each->next)
                write_steps(writer, i + 1, steps[i].end, each);
            i = steps[i].end - 1;
            break;
        case TEMPLATE_INVERSE:
            if (is_empty(field))
                write_steps(writer, i + 1, steps[i].end, record);
            i = steps[i].end - 1;
            break;
        }
    }
}

void template_write(struct buffer *out, const struct template *template, enum language language,
                    const struct template_record *record) {
    const struct writer writer = {.out = out, .template = template, .language = language};
    write_steps(&writer, 0, template->step_count, record);
}
