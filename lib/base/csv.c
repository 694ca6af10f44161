#include "base/csv.h"

#include <string.h>

/* True where a spreadsheet would run it, or where it stands behind apostrophes that were put before such. */
static bool looks_like_formula(const char *text) {
    text += strspn(text, "'");
    return *text && strchr("=+-@\t\r", *text);
}

/* ---- reading ---- */

static char find_separator(const char *at, const char *end) {
    static const char candidates[] = ",;\t";
    size_t counts[COUNT(candidates)] = {0};
    bool is_quoted = false;
    for (; at < end && (is_quoted || *at != '\n'); at++) {
        const char *known = *at && !is_quoted ? strchr(candidates, *at) : NULL;
        is_quoted ^= *at == '"';
        if (known)
            counts[known - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i + 1 < COUNT(candidates); i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

struct csv csv_of(struct arena *arena, const char *bytes, size_t size) {
    struct csv csv = {.arena = arena, .at = bytes, .end = bytes + size, .line = 1};
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        csv.at += 3;
    csv.separator = find_separator(csv.at, csv.end);
    return csv;
}

static bool is_line_end(const struct csv *csv) {
    return csv->at == csv->end || *csv->at == '\n' ||
           (*csv->at == '\r' && (csv->at + 1 == csv->end || csv->at[1] == '\n'));
}

static bool step_over_line_end(struct csv *csv) {
    if (csv->at == csv->end || !is_line_end(csv))
        return false;
    csv->at += *csv->at == '\r' && csv->at + 1 < csv->end ? 2 : 1;
    csv->line++;
    return true;
}

/* The text between quotation marks. */
static bool read_quoted(struct csv *csv, struct buffer *field) {
    csv->at++;
    for (;; csv->at++) {
        const char *mark = memchr(csv->at, '"', (size_t)(csv->end - csv->at));
        if (!mark) {
            csv->fault = "a field begins with a quotation mark and does not end with one";
            return false;
        }
        for (const char *c = csv->at; c < mark; c++)
            csv->line += *c == '\n';
        buffer_add_bytes(field, csv->at, (size_t)(mark - csv->at));
        csv->at = mark + 1;
        if (csv->at == csv->end || *csv->at != '"')
            break;
        buffer_add_char(field, '"');
    }
    if (is_line_end(csv) || *csv->at == csv->separator)
        return true;
    csv->fault = "text follows the quotation mark that ends a field (a mark inside a field is written twice)";
    return false;
}

static bool read_field(struct csv *csv, const char **text) {
    struct buffer field = buffer_new(csv->arena, 32);
    if (csv->at < csv->end && *csv->at == '"') {
        if (!read_quoted(csv, &field))
            return false;
    } else {
        const char *from = csv->at;
        while (!is_line_end(csv) && *csv->at != csv->separator)
            csv->at++;
        buffer_add_bytes(&field, from, (size_t)(csv->at - from));
    }
    if (memchr(field.data, '\0', field.size)) {
        csv->fault = "a field holds a NUL; is this a text in UTF-8?";
        return false;
    }
    *text = field.data + (*field.data == '\'' && looks_like_formula(field.data));
    return true;
}

enum csv_result csv_next(struct csv *csv, struct csv_record *record) {
    if (csv->fault)
        return CSV_FAULT;
    while (step_over_line_end(csv))
        ;
    if (csv->at == csv->end)
        return CSV_END;
    record->line = csv->line;
    record->count = 0;
    for (;;) {
        if (record->count == CSV_MOST_FIELDS)
            csv->fault = "the line has more than 256 fields";
        else if (read_field(csv, &record->fields[record->count]))
            record->count++;
        if (csv->fault) {
            csv->line = record->line;
            return CSV_FAULT;
        }
        if (csv->at == csv->end || *csv->at != csv->separator)
            break;
        csv->at++;
    }
    (void)step_over_line_end(csv); /* none at the end of the text */
    return CSV_RECORD;
}

/* ---- writing ---- */

void csv_add(struct buffer *out, const char *const *fields, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *field = fields[i];
        bool is_formula = looks_like_formula(field);
        /* The first field is quoted where it is empty, else its line might look like an empty one. */
        bool is_quoted = strpbrk(field, ",;\t\"\n\r") || (!i && !*field);
        if (i)
            buffer_add_char(out, ',');
        if (is_quoted)
            buffer_add_char(out, '"');
        if (is_formula)
            buffer_add_char(out, '\'');
        for (; *field; field++) {
            if (*field == '"')
                buffer_add_char(out, '"');
            buffer_add_char(out, *field);
        }
        if (is_quoted)
            buffer_add_char(out, '"');
    }
    buffer_add(out, "\r\n");
}
