#include "mail/mime.h"

#include <string.h>
#include <strings.h>

/* ---- lines and fields ---- */

struct mime_reader mime_read(struct span text) {
    return (struct mime_reader){text.text, text.text + text.size};
}

/* The next line, without its end; false at the end of the text. */
static bool next_line(struct mime_reader *reader, struct span *line) {
    if (reader->at == reader->end)
        return false;
    const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    const char *end = newline ? newline : reader->end;
    *line = (struct span){reader->at, (size_t)(end - reader->at)};
    reader->at = newline ? newline + 1 : reader->end;
    if (line->size && line->text[line->size - 1] == '\r')
        line->size--;
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* Spaces around it are gone; a line of continuation is one space away from the one before. */
static void add_piece(struct buffer *value, struct span piece) {
    while (piece.size && is_blank(*piece.text)) {
        piece.text++;
        piece.size--;
    }
    while (piece.size && is_blank(piece.text[piece.size - 1]))
        piece.size--;
    if (value->size && piece.size)
        buffer_add_char(value, ' ');
    buffer_add_bytes(value, piece.text, piece.size);
}

/* The rest of a field: its first line's text, and the lines that begin with a space. */
static const char *unfold(struct arena *arena, struct mime_reader *reader, struct span first) {
    struct buffer value = buffer_new(arena, first.size);
    add_piece(&value, first);
    struct span line;
    while (reader->at != reader->end && is_blank(*reader->at) && *reader->at != '\r' &&
           next_line(reader, &line))
        add_piece(&value, line);
    return value.data;
}

bool mime_next_field(struct arena *arena, struct mime_reader *reader, struct mime_field *field) {
    struct span line;
    while (next_line(reader, &line) && line.size) {
        const char *colon = memchr(line.text, ':', line.size);
        struct span name = {line.text, colon ? (size_t)(colon - line.text) : 0};
        while (name.size && is_blank(name.text[name.size - 1]))
            name.size--;
        if (!name.size || is_blank(*name.text))
            continue;
        const char *behind = colon + 1;
        field->name = name;
        field->value = unfold(arena, reader, (struct span){behind, (size_t)(line.text + line.size - behind)});
        return true;
    }
    return false;
}

bool mime_is_named(const struct mime_field *field, const char *name) {
    return strlen(name) == field->name.size && strncasecmp(field->name.text, name, field->name.size) == 0;
}

/* ---- parameters ---- */

bool mime_is_type(const char *value, const char *type) {
    size_t size = strlen(type);
    return strncasecmp(value, type, size) == 0 && (!value[size] || strchr(" \t;(", value[size]));
}

/* Behind the next semicolon that stands in no quotes; NULL: there is none. */
static const char *next_parameter(const char *at) {
    bool is_quoted = false;
    for (; *at; at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        else if (*at == '\\' && is_quoted && at[1])
            at++;
        else if (*at == ';' && !is_quoted)
            return at + 1;
    }
    return NULL;
}

static const char *parameter_value(struct arena *arena, const char *at) {
    at += strspn(at, " \t");
    if (*at != '"')
        return arena_copy_bytes(arena, at, strcspn(at, " \t;("));
    struct buffer value = buffer_new(arena, 80);
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        buffer_add_char(&value, *at);
    }
    return value.data;
}

const char *mime_parameter(struct arena *arena, const char *value, const char *name) {
    size_t size = strlen(name);
    for (const char *at = next_parameter(value); at; at = next_parameter(at)) {
        at += strspn(at, " \t");
        if (strncasecmp(at, name, size) != 0)
            continue;
        const char *equals = at + size + strspn(at + size, " \t");
        if (*equals == '=')
            return parameter_value(arena, equals + 1);
    }
    return NULL;
}

/* ---- parts ---- */

enum delimiter { NO_DELIMITER, BETWEEN, LAST };

static enum delimiter read_delimiter(struct span line, const char *boundary) {
    size_t size = strlen(boundary);
    if (line.size < size + 2 || memcmp(line.text, "--", 2) != 0 || memcmp(line.text + 2, boundary, size) != 0)
        return NO_DELIMITER;
    struct span rest = {line.text + 2 + size, line.size - 2 - size};
    while (rest.size && is_blank(rest.text[rest.size - 1]))
        rest.size--;
    if (!rest.size)
        return BETWEEN;
    return rest.size == 2 && memcmp(rest.text, "--", 2) == 0 ? LAST : NO_DELIMITER;
}

/* Puts the reader behind the next delimiter; *before is what it passed. */
static enum delimiter pass_delimiter(struct mime_reader *reader, const char *boundary, struct span *before) {
    const char *begin = reader->at;
    struct span line;
    *before = (struct span){begin, (size_t)(reader->end - begin)};
    while (next_line(reader, &line)) {
        enum delimiter delimiter = read_delimiter(line, boundary);
        before->size = (size_t)(line.text - begin);
        if (delimiter != NO_DELIMITER)
            return delimiter;
    }
    before->size = (size_t)(reader->end - begin);
    return NO_DELIMITER;
}

struct mime_parts mime_parts(struct span body, const char *boundary) {
    struct mime_parts parts = {mime_read(body), boundary, false};
    struct span preamble;
    parts.is_over = !*boundary || pass_delimiter(&parts.reader, boundary, &preamble) != BETWEEN;
    return parts;
}

bool mime_next_part(struct mime_parts *parts, struct span *part) {
    if (parts->is_over)
        return false;
    parts->is_over = pass_delimiter(&parts->reader, parts->boundary, part) != BETWEEN;
    return true;
}

/* ---- encodings ---- */

static int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static void add_base64(struct buffer *out, struct span body) {
    unsigned bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < body.size; i++) {
        int digit = base64_digit(body.text[i]);
        if (body.text[i] == '=')
            count = 0; /* what follows a padding begins anew */
        if (digit < 0)
            continue;
        bits = (bits << 6 | (unsigned)digit) & 0xFFFF;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buffer_add_char(out, (char)(bits >> count & 0xFF));
        }
    }
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "=E2" at `at` stands for; -1: it is no escape. */
static int read_escape(struct span line, size_t at) {
    if (line.text[at] != '=' || line.size - at < 3)
        return -1;
    int high = hex_digit(line.text[at + 1]);
    int low = hex_digit(line.text[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* A "=" at the end of a line joins it to the next one. */
static void add_quoted_printable(struct buffer *out, struct span body) {
    struct mime_reader reader = mime_read(body);
    struct span line;
    while (next_line(&reader, &line)) {
        while (line.size && is_blank(line.text[line.size - 1]))
            line.size--;
        bool is_joined = line.size && line.text[line.size - 1] == '=';
        line.size -= is_joined;
        for (size_t i = 0; i < line.size; i++) {
            int escaped = read_escape(line, i);
            char byte = line.text[i];
            if (escaped >= 0)
                byte = (char)escaped;
            buffer_add_char(out, byte);
            i += escaped < 0 ? 0 : 2;
        }
        if (!is_joined)
            buffer_add_char(out, '\n');
    }
}

struct span mime_decode(struct arena *arena, struct span body, const char *encoding) {
    bool is_base64 = encoding && mime_is_type(encoding, "base64");
    if (!is_base64 && (!encoding || !mime_is_type(encoding, "quoted-printable")))
        return body;
    struct buffer out = buffer_new(arena, body.size);
    if (is_base64)
        add_base64(&out, body);
    else
        add_quoted_printable(&out, body);
    return (struct span){out.data, out.size};
}
