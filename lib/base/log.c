#include "base/log.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char own_request_id[LOG_REQUEST_BYTES];

/* A process has one log. */
static struct {
    const char *program;
    int descriptor;
    char *request_id; /* "": none */
    int64_t minute;   /* of the latest bounded line */
    int64_t bounded;  /* lines in that minute, those left out as well */
} the_log = {.program = "pumasi", .descriptor = STDERR_FILENO, .request_id = own_request_id};

bool log_open(const char *program, const char *path) {
    the_log.program = program;
    if (!path)
        return true;
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0)
        return false;
    the_log.descriptor = descriptor;
    return true;
}

void log_set_request(const char *request_id) {
    size_t size = request_id ? strnlen(request_id, LOG_REQUEST_BYTES - 1) : 0;
    if (size)
        memcpy(the_log.request_id, request_id, size);
    the_log.request_id[size] = '\0';
}

void log_keep_request_in(char *place) {
    *place = '\0';
    the_log.request_id = place;
}

/* What a terminal or a reader of lines could take for a command: controls of both sets, the end of a line or
 * a paragraph, and what turns the direction of writing. */
static bool is_told_as_number(int32_t character) {
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x2028 ||
           character == 0x2029 || (character >= 0x202A && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069);
}

/* Copies `text` as the inside of a JSON string; stops where less than 16 bytes are left. Bytes that are no
 * UTF-8 become U+FFFD. */
static size_t add_escaped(char *line, size_t used, size_t size, const char *text) {
    const char *end = text + strlen(text);
    while (text < end && used + 16 < size) {
        const char *next = text;
        int32_t character = utf8_next(&next, end);
        if (character < 0) {
            character = 0xFFFD;
            next = text + 1;
        }
        if (character == '"' || character == '\\') {
            line[used++] = '\\';
            line[used++] = (char)character;
        } else if (is_told_as_number(character)) {
            used += (size_t)snprintf(line + used, size - used, "\\u%04x", (unsigned)character);
        } else {
            used += utf8_put(line + used, character);
        }
        text = next;
    }
    return used;
}

/* `members`: more of them, as JSON with a comma behind each. */
static void write_line(enum log_level level, const char *members, const char *format, va_list arguments) {
    static const char *const levels[] = {"info", "warning", "error"};
    char message[1024];
    (void)vsnprintf(message, sizeof(message), format, arguments);

    char time[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(clock_now(), time);
    char line[2048];
    int head = snprintf(line, sizeof(line), "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",", time,
                        levels[level], the_log.program);
    size_t used = head > 0 ? (size_t)head : 0;
    if (the_log.request_id[0]) {
        used += (size_t)snprintf(line + used, sizeof(line) - used, "\"request\":\"");
        used = add_escaped(line, used, sizeof(line), the_log.request_id);
        used += (size_t)snprintf(line + used, sizeof(line) - used, "\",");
    }
    used += (size_t)snprintf(line + used, sizeof(line) - used, "%s\"message\":\"", members);
    used = add_escaped(line, used, sizeof(line), message);
    line[used++] = '"';
    line[used++] = '}';
    line[used++] = '\n';
    /* Nobody is left to tell if the log itself cannot be written. */
    (void)!write(the_log.descriptor, line, used);
}

void log_write(enum log_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line(level, "", format, arguments);
    va_end(arguments);
}

void log_bounded_end(void) {
    if (the_log.bounded > LOG_BOUND_A_MINUTE) {
        /* They were of requests before this one. */
        const char first = *the_log.request_id;
        *the_log.request_id = '\0';
        log_warning("%lld more lines like these were left out within a minute",
                    (long long)(the_log.bounded - LOG_BOUND_A_MINUTE));
        *the_log.request_id = first;
    }
    the_log.bounded = 0;
}

/* True if one more bounded line may be written; else it is counted. */
static bool is_in_bounds(void) {
    int64_t minute = clock_now() / 60;
    if (minute != the_log.minute)
        log_bounded_end();
    the_log.minute = minute;
    return ++the_log.bounded <= LOG_BOUND_A_MINUTE;
}

void log_bounded(const char *format, ...) {
    if (!is_in_bounds())
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line(LOG_INFO, "", format, arguments);
    va_end(arguments);
}

static void write_with(const char *members, const char *format, ...) PRINTF_LIKE(2, 3);
static void write_with(const char *members, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line(LOG_WARNING, members, format, arguments);
    va_end(arguments);
}

void log_answered(int status, int64_t milliseconds) {
    char members[64];
    if (!is_in_bounds())
        return;
    (void)snprintf(members, sizeof(members), "\"status\":%d,\"ms\":%lld,", status, (long long)milliseconds);
    write_with(members, "%s", status >= 500 ? "answered with a fault" : "answered late");
}
