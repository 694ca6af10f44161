/*
 * Days and times as programs and people write them:
 *
 *     2025-03-04   2025/3/4   3/4/2025   4.3.2025   each alone or with a time: T09:30:15.123Z, 9:30 pm,
 * +09:00 1741080615   (seconds since 1970)
 *
 * Between slashes the month stands first, unless asked otherwise; between dots the day does. A time without a
 * zone is UTC.
 */
#include "domain/import.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MINUTE = 60, HOUR = 3600 };

/* What stands in a text; -1 where the part is not there. */
struct written_time {
    char day[CLOCK_DAY_BYTES];
    int64_t seconds; /* of the day */
    int64_t offset;  /* of the zone, to the east */
    bool has_time;
};

/* Up to `most` digits; -1: none. */
static int read_digits(const char **at, int most) {
    int value = 0;
    int count = 0;
    for (; count < most && **at >= '0' && **at <= '9'; count++)
        value = value * 10 + *(*at)++ - '0';
    return count ? value : -1;
}

static bool read_day(const struct import *import, const char **at, char day[CLOCK_DAY_BYTES]) {
    int parts[3];
    parts[0] = read_digits(at, 4);
    char mark = **at;
    if (parts[0] < 0 || !mark || !strchr("-/._", mark))
        return false;
    for (int i = 1; i < 3; i++) {
        if (**at != mark)
            return false;
        ++*at;
        parts[i] = read_digits(at, 4);
        if (parts[i] < 0)
            return false;
    }
    bool is_year_first = parts[0] > 31;
    bool is_day_first = mark == '.' || import->is_day_first;
    int year = is_year_first ? parts[0] : parts[2];
    int month = is_year_first ? parts[1] : parts[is_day_first ? 1 : 0];
    int in_month = is_year_first ? parts[2] : parts[is_day_first ? 0 : 1];
    if (year < 1000 || month > 99 || in_month > 99)
        return false;
    (void)snprintf(day, CLOCK_DAY_BYTES, "%04d-%02d-%02d", year % 10000, month % 100, in_month % 100);
    return clock_is_day(day, CLOCK_DAY_BYTES - 1);
}

static void skip_spaces(const char **at) {
    *at += strspn(*at, " ");
}

/* "Z", "+09:00", "-0330", or nothing. */
static bool read_zone(const char **at, int64_t *offset) {
    skip_spaces(at);
    char sign = **at;
    if (sign == 'Z' || strcasecmp(*at, "UTC") == 0) {
        *at += sign == 'Z' ? 1 : 3;
        return true;
    }
    if (sign != '+' && sign != '-')
        return true;
    ++*at;
    int hour = read_digits(at, 2);
    *at += **at == ':';
    int minute = read_digits(at, 2);
    if (hour < 0 || hour > 14 || minute > 59)
        return false;
    *offset = (int64_t)(sign == '-' ? -1 : 1) * (hour * HOUR + (minute < 0 ? 0 : minute * MINUTE));
    return true;
}

static bool read_clock(const char **at, int64_t *seconds) {
    int hour = read_digits(at, 2);
    if (hour < 0 || hour > 23 || **at != ':')
        return false;
    ++*at;
    int minute = read_digits(at, 2);
    int second = 0;
    if (**at == ':') {
        ++*at;
        second = read_digits(at, 2);
        if (**at == '.') {
            ++*at;
            *at += strspn(*at, "0123456789");
        }
    }
    if (minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    skip_spaces(at);
    bool is_after = strncasecmp(*at, "pm", 2) == 0;
    if (is_after || strncasecmp(*at, "am", 2) == 0) {
        *at += 2;
        hour = hour % 12 + (is_after ? 12 : 0);
    }
    *seconds = hour * HOUR + minute * MINUTE + second;
    return true;
}

static bool read_written(const struct import *import, const char *text, struct written_time *time) {
    enum { LEAST_SECONDS_DIGITS = 9 };
    *time = (struct written_time){0};
    size_t size = strlen(text);
    if (size >= LEAST_SECONDS_DIGITS && size <= 11 && strspn(text, "0123456789") == size) {
        int64_t seconds = strtoll(text, NULL, 10);
        clock_write_day(seconds, time->day);
        time->seconds = seconds - clock_day_time(time->day);
        time->has_time = true;
        return true;
    }
    const char *at = text;
    if (!read_day(import, &at, time->day))
        return false;
    if (*at == 'T' || *at == ' ' || *at == ',') {
        at += *at == ',';
        at += *at == 'T';
        skip_spaces(&at);
        time->has_time = true;
        if (!read_clock(&at, &time->seconds) || !read_zone(&at, &time->offset))
            return false;
    }
    return !*at;
}

static bool read_or_fault(struct import *import, const char *where, const char *text,
                          struct written_time *time) {
    /* How Go and .NET write that there is none. */
    if (!text || !*text || strncmp(text, "0001-01-01", 10) == 0 || strcmp(text, "0") == 0)
        return false;
    if (read_written(import, text, time))
        return true;
    import_fault(
        import, where, "\"%.40s\" is no day or time; write it like 2026-12-24%s", text,
        strchr(text, '/') && !import->is_day_first ? ", or say --day-first where the day stands first" : "");
    return false;
}

int64_t import_time(struct import *import, const char *where, const char *text) {
    struct written_time time;
    if (!read_or_fault(import, where, text, &time))
        return 0;
    int64_t seconds = clock_day_time(time.day) + time.seconds - time.offset;
    return seconds > 0 ? seconds : 0;
}

const char *import_day(struct import *import, const char *where, const char *text) {
    struct written_time time;
    if (!read_or_fault(import, where, text, &time))
        return NULL;
    if (!time.has_time)
        return arena_copy(import->arena, time.day);
    struct clock_local local =
        clock_local(import->time_zone, clock_day_time(time.day) + time.seconds - time.offset);
    return arena_copy(import->arena, local.day);
}
