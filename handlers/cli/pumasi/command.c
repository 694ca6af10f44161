#include "command.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

static void drop_words(struct command_line *line, int from, int count) {
    for (int i = from; i + count < line->count; i++)
        line->words[i] = line->words[i + count];
    line->count -= count;
}

static int find_word(const struct command_line *line, const char *word) {
    int at = 0;
    while (at < line->count && strcmp(line->words[at], word) != 0)
        at++;
    return at;
}

const char *take_option(struct command_line *line, const char *name) {
    int at = find_word(line, name);
    if (at + 1 >= line->count)
        return NULL;
    const char *value = line->words[at + 1];
    drop_words(line, at, 2);
    return value;
}

bool take_flag(struct command_line *line, const char *name) {
    int at = find_word(line, name);
    if (at == line->count)
        return false;
    drop_words(line, at, 1);
    return true;
}

static bool read_number(const char *text, int64_t *number) {
    enum { MOST_DIGITS = 18 }; /* always within 64 bits */
    size_t size = strlen(text);
    if (!size || size > MOST_DIGITS || strspn(text, "0123456789") != size)
        return false;
    *number = strtoll(text, NULL, 10);
    return true;
}

bool take_number(struct command_line *line, const char *name, int64_t least, int64_t most, int64_t otherwise,
                 int64_t *number) {
    const char *text = take_option(line, name);
    *number = otherwise;
    if (!text || (read_number(text, number) && *number >= least && *number <= most))
        return true;
    if (most == INT64_MAX)
        (void)fail("%s must be a number of %lld or more", name, (long long)least);
    else
        (void)fail("%s must be a number from %lld to %lld", name, (long long)least, (long long)most);
    return false;
}

bool take_days(struct command_line *line, int64_t otherwise, int64_t *since) {
    enum { MOST_DAYS = 36500 };
    int64_t days = 0;
    if (!take_number(line, "--days", 1, MOST_DAYS, otherwise, &days))
        return false;
    *since = days ? clock_now() - days * DAY_S : 0;
    return true;
}

bool take_id(struct command_line *line, int64_t *id) {
    return line->count == 1 && read_number(line->words[0], id) && *id > 0;
}

/* ---- what is said ---- */

int fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    (void)fputs("pumasi: ", stderr);
    (void)vfprintf(stderr, format, values);
    (void)fputc('\n', stderr);
    va_end(values);
    return EXIT_FAILURE;
}

int fail_outcome(const struct command_line *line, enum outcome outcome) {
    if (ferror(stdout)) /* it could not go on for that, which is said at the end */
        return EXIT_FAILURE;
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no such thing");
    return fail("%s", outcome == OUTCOME_BUSY ? "the database is busy; try again" : db_error(line->db));
}

int fail_usage(const struct command_line *line) {
    const struct command *command = line->command;
    (void)fprintf(stderr, "Usage: pumasi %s%s%s %s\n", line->noun, command->verb ? " " : "",
                  command->verb ? command->verb : "", command->usage);
    return EXIT_USAGE;
}

bool flush_output(struct command_line *line) {
    bool good = fwrite(line->out.data, 1, line->out.size, stdout) == line->out.size;
    line->out.size = 0;
    return good;
}

void open_list(struct command_line *line) {
    if (line->as_json)
        json_open_array(&line->json);
}

void close_list(struct command_line *line) {
    if (line->as_json)
        json_close_array(&line->json);
}

const char *printable(struct arena *arena, const char *text) {
    const char *end = text + strlen(text);
    struct buffer line = buffer_new(arena, (size_t)(end - text) + 1);
    while (text < end) {
        const char *from = text;
        int32_t character = utf8_next(&text, end);
        text += character < 0;
        if (character < ' ' || (character >= 0x7F && character < 0xA0))
            buffer_add_char(&line, character == '\n' || character == '\t' ? ' ' : '?');
        else
            buffer_add_bytes(&line, from, (size_t)(text - from));
    }
    return line.data;
}

const char *time_text(struct arena *arena, int64_t time) {
    char text[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(time, text);
    return arena_copy(arena, text);
}

const char *span_text(struct arena *arena, int64_t seconds) {
    enum { MINUTE_S = 60, HOUR_S = 3600 };
    if (seconds < MINUTE_S)
        return arena_print(arena, "%lld s", (long long)(seconds > 0 ? seconds : 0));
    if (seconds < HOUR_S)
        return arena_print(arena, "%lld min", (long long)(seconds / MINUTE_S));
    if (seconds < DAY_S)
        return arena_print(arena, "%lld h %lld min", (long long)(seconds / HOUR_S),
                           (long long)(seconds % HOUR_S / MINUTE_S));
    return arena_print(arena, "%lld d %lld h", (long long)(seconds / DAY_S),
                       (long long)(seconds % DAY_S / HOUR_S));
}
