#include "base/icalendar.h"

#include "base/clock.h"

#include <string.h>

enum { MOST_BYTES = 75 };

/* No line is cut inside a character (3.1 allows it, programs do not bear it). */
static void fold(struct buffer *out, const char *line) {
    size_t most = MOST_BYTES;
    size_t size = strlen(line);
    while (size > most) {
        size_t cut = most;
        while (cut > 1 && ((unsigned char)line[cut] & 0xC0) == 0x80)
            cut--;
        buffer_add_bytes(out, line, cut);
        buffer_add(out, "\r\n ");
        line += cut;
        size -= cut;
        most = MOST_BYTES - 1; /* the space counts */
    }
    buffer_add(out, line);
    buffer_add(out, "\r\n");
}

void icalendar_line(struct buffer *out, const char *name, const char *value) {
    fold(out, arena_print(out->arena, "%s:%s", name, value));
}

void icalendar_text(struct buffer *out, const char *name, const char *text) {
    struct buffer line = buffer_new(out->arena, strlen(name) + strlen(text) + 16);
    buffer_print(&line, "%s:", name);
    for (; *text; text++) {
        if (strchr("\\;,", *text))
            buffer_add_char(&line, '\\');
        if (*text == '\n')
            buffer_add(&line, "\\n");
        else
            buffer_add_char(&line, *text);
    }
    fold(out, line.data);
}

void icalendar_time(struct buffer *out, const char *name, int64_t time) {
    char text[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(time, text);
    struct buffer value = buffer_new(out->arena, sizeof(text));
    for (const char *c = text; *c; c++)
        if (*c != '-' && *c != ':')
            buffer_add_char(&value, *c);
    icalendar_line(out, name, value.data);
}
