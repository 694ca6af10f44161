/*
 * A rule names standard time and, where clocks change, summer time and the two moments of a year:
 *   CET-1CEST,M3.5.0,M10.5.0/3   one hour ahead; from the last Sunday of March at 2 to that of October at 3
 * What it calls an offset counts westward; some zones' "summer time" is in winter and behind. Moments may lie
 * hours before or after their day (RFC 9636, 3.3.1).
 */
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, USUAL_S = 2 * HOUR_S /* of the day */, WEEK_DAYS = 7 };

/* "M10.5.0/3": the last Sunday of October at 3. */
struct moment {
    int month;
    int week; /* 5: the last */
    int day;  /* 0: Sunday */
    int64_t at_s;
};

static int number(const char **at) {
    int value = 0;
    for (; **at >= '0' && **at <= '9' && value < 10000; (*at)++)
        value = value * 10 + (**at - '0');
    return value;
}

static bool skip(const char **at, char character) {
    if (**at != character)
        return false;
    (*at)++;
    return true;
}

/* "-3:30:15" */
static int64_t read_time(const char **at) {
    bool is_negative = skip(at, '-');
    if (!is_negative)
        (void)skip(at, '+');
    int64_t seconds = (int64_t)number(at) * HOUR_S;
    if (skip(at, ':'))
        seconds += (int64_t)number(at) * 60;
    if (skip(at, ':'))
        seconds += number(at);
    return is_negative ? -seconds : seconds;
}

/* The name of a time, "CEST" or "<+0330>", which says nothing to us. */
static void skip_name(const char **at) {
    if (**at == '<')
        *at += strcspn(*at, ">") + 1;
    else
        *at += strcspn(*at, "+-0123456789,");
}

static bool read_moment(const char **at, struct moment *moment) {
    if (!skip(at, ',') || !skip(at, 'M'))
        return false;
    moment->month = number(at);
    (void)skip(at, '.');
    moment->week = number(at);
    (void)skip(at, '.');
    moment->day = number(at);
    moment->at_s = skip(at, '/') ? read_time(at) : USUAL_S;
    return true;
}

/* When the moment of a year is, as clocks show it that are `offset` ahead. */
static int64_t time_of(const struct moment *moment, int year, int64_t offset) {
    struct tm first = {.tm_year = year - 1900, .tm_mon = moment->month - 1, .tm_mday = 1};
    int64_t start = timegm(&first);
    int64_t days = (moment->day - first.tm_wday + WEEK_DAYS) % WEEK_DAYS + (moment->week - 1) * WEEK_DAYS;
    struct tm next = {.tm_year = year - 1900, .tm_mon = moment->month, .tm_mday = 1};
    int64_t length = (timegm(&next) - start) / DAY_S;
    while (days >= length)
        days -= WEEK_DAYS;
    return start + days * DAY_S + moment->at_s - offset;
}

static int compare_names(const void *name, const void *rule) {
    return strcmp(name, ((const struct zone_rule *)rule)->name);
}

int64_t zone_offset(const char *zone, int64_t time) {
    const struct zone_rule *found =
        bsearch(zone, ZONE_RULES, ZONE_RULE_COUNT, sizeof(ZONE_RULES[0]), compare_names);
    if (!found)
        return 0;
    const char *at = found->rule;
    skip_name(&at);
    int64_t standard = -read_time(&at);
    if (!*at)
        return standard;
    skip_name(&at);
    int64_t summer = *at == ',' ? standard + HOUR_S : -read_time(&at);
    struct moment begin;
    struct moment end;
    time_t local = (time_t)(time + standard);
    struct tm parts;
    if (!read_moment(&at, &begin) || !read_moment(&at, &end) || !gmtime_r(&local, &parts))
        return standard;
    int64_t from = time_of(&begin, parts.tm_year + 1900, standard);
    int64_t until = time_of(&end, parts.tm_year + 1900, summer);
    bool is_summer = from < until ? time >= from && time < until : time >= from || time < until;
    return is_summer ? summer : standard;
}
