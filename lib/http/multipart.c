/*
 * --BOUNDARY CRLF header lines CRLF CRLF value CRLF --BOUNDARY ... --BOUNDARY--
 *
 * No preamble before the first delimiter: nobody who posts a form writes one.
 */
#include "http/multipart.h"

#include <string.h>
#include <strings.h>

enum { MOST_BOUNDARY = 70 }; /* RFC 2046, 5.1.1 */

static const char line_end[] = "\r\n";
static const char head_end[] = "\r\n\r\n";

static size_t left(const struct multipart *multipart) {
    return (size_t)(multipart->end - multipart->at);
}

/* Moves behind the text if it stands here. */
static bool skip(struct multipart *multipart, const char *text) {
    size_t size = strlen(text);
    if (left(multipart) < size || memcmp(multipart->at, text, size) != 0)
        return false;
    multipart->at += size;
    return true;
}

/* What stands before the text, which is skipped, too. */
static bool read_until(struct multipart *multipart, const char *text, struct span *before) {
    const char *found = memmem(multipart->at, left(multipart), text, strlen(text));
    if (!found)
        return false;
    *before = (struct span){multipart->at, (size_t)(found - multipart->at)};
    multipart->at = found + strlen(text);
    return true;
}

/* The value of a parameter, bare or in quotes: boundary=x, name="x". Empty where there is none. */
static struct span parameter(struct span text, const char *name) {
    size_t size = strlen(name);
    for (size_t i = 1; i + size < text.size; i++) {
        const char *at = text.text + i;
        if (!strchr("; \t", at[-1]) || strncasecmp(at, name, size) != 0 || at[size] != '=')
            continue;
        const char *value = at + size + 1;
        size_t room = text.size - i - size - 1;
        const char *ends = "; \t";
        if (room && *value == '"') {
            value++;
            room--;
            ends = "\"";
        }
        size_t length = 0;
        while (length < room && !strchr(ends, value[length]))
            length++;
        return (struct span){value, length};
    }
    return (struct span){"", 0};
}

enum multipart_result multipart_start(struct multipart *multipart, struct arena *arena,
                                      const char *content_type, const char *body, size_t size) {
    struct span boundary = parameter((struct span){content_type, strlen(content_type)}, "boundary");
    if (!boundary.size || boundary.size > MOST_BOUNDARY)
        return MULTIPART_MALFORMED;
    multipart->delimiter = arena_print(arena, "\r\n--%.*s", (int)boundary.size, boundary.text);
    multipart->at = body;
    multipart->end = body + size;
    return skip(multipart, multipart->delimiter + strlen(line_end)) ? MULTIPART_PART : MULTIPART_MALFORMED;
}

/* The name stands in the Content-Disposition; other headers of a part say nothing that is asked here. */
static bool find_name(struct span head, struct span *name) {
    static const char disposition[] = "Content-Disposition:";
    struct multipart lines = {.at = head.text, .end = head.text + head.size};
    struct span line;
    while (read_until(&lines, line_end, &line)) {
        if (line.size > strlen(disposition) &&
            strncasecmp(line.text, disposition, strlen(disposition)) == 0) {
            *name = parameter(line, "name");
            return name->size > 0;
        }
    }
    return false;
}

enum multipart_result multipart_next(struct multipart *multipart, struct span *name, struct span *value) {
    if (skip(multipart, "--"))
        return MULTIPART_END;
    struct span head;
    if (!skip(multipart, line_end) || !read_until(multipart, head_end, &head))
        return MULTIPART_MALFORMED;
    head.size += strlen(line_end); /* of its last line */
    bool is_good = find_name(head, name) && read_until(multipart, multipart->delimiter, value);
    return is_good ? MULTIPART_PART : MULTIPART_MALFORMED;
}
