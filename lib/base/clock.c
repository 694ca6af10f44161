#include "base/clock.h"

#include "base/zone.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define ZONES "/usr/share/zoneinfo/"
/* Not zone1970.tab, where a Norwegian would have to look for Berlin. */
#define ZONE_TABLE ZONES "zone.tab"

int64_t clock_now(void) {
    /* time() may lag by some milliseconds behind the clock that SQLite asks. */
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    assert(!failed);
    return (int64_t)now.tv_sec;
}

int64_t clock_monotonic_ns(void) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(!failed);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct tm utc(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&time, &parts))
        memset(&parts, 0, sizeof(parts));
    return parts;
}

/* So many digits of it, the last ones: a year of more than four cannot be written as RFC 3339. */
static char *write_digits(char *at, int value, size_t count) {
    unsigned rest = value < 0 ? 0 : (unsigned)value;
    for (size_t i = count; i-- > 0; rest /= 10)
        at[i] = (char)('0' + rest % 10);
    return at + count;
}

static char *write_day(char *at, const struct tm *parts) {
    at = write_digits(at, parts->tm_year + 1900, 4);
    *at++ = '-';
    at = write_digits(at, parts->tm_mon + 1, 2);
    *at++ = '-';
    return write_digits(at, parts->tm_mday, 2);
}

void clock_write_rfc3339(int64_t time, char text[CLOCK_RFC3339_BYTES]) {
    struct tm parts = utc(time);
    char *at = write_day(text, &parts);
    *at++ = 'T';
    at = write_digits(at, parts.tm_hour, 2);
    *at++ = ':';
    at = write_digits(at, parts.tm_min, 2);
    *at++ = ':';
    at = write_digits(at, parts.tm_sec, 2);
    *at++ = 'Z';
    *at = '\0';
}

const char *clock_rfc5322(struct arena *arena, int64_t time) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t = utc(time);
    return arena_print(arena, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday,
                       months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void clock_write_day(int64_t time, char text[CLOCK_DAY_BYTES]) {
    struct tm parts = utc(time);
    *write_day(text, &parts) = '\0';
}

static int digits(const char *text, size_t count) {
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool clock_is_day(const char *text, size_t size) {
    if (size != CLOCK_DAY_BYTES - 1 || text[4] != '-' || text[7] != '-')
        return false;
    int year = digits(text, 4);
    int month = digits(text + 5, 2);
    int day = digits(text + 8, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1)
        return false;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && is_leap);
}

int64_t clock_day_time(const char *day) {
    struct tm parts = {
        .tm_year = digits(day, 4) - 1900, .tm_mon = digits(day + 5, 2) - 1, .tm_mday = digits(day + 8, 2)};
    return (int64_t)timegm(&parts);
}

bool clock_is_zone(const char *name) {
    size_t size = strlen(name);
    if (!size || size >= CLOCK_ZONE_BYTES || strstr(name, "..") || *name == '/' || name[size - 1] == '/')
        return false;
    if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") != size)
        return false;
    if (strcmp(name, "UTC") == 0)
        return true;
    char path[sizeof(ZONES) + CLOCK_ZONE_BYTES];
    (void)snprintf(path, sizeof(path), ZONES "%s", name);
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

static int by_name(const void *one, const void *other) {
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static struct clock_zones read_zones(struct arena *arena) {
    struct clock_zones zones = {0};
    FILE *table = fopen(ZONE_TABLE, "re");
    if (!table)
        return zones;
    char line[512];
    char name[CLOCK_ZONE_BYTES];
    /* A line is country, coordinates, zone and remarks; what begins with # is no line. */
    while (fgets(line, sizeof(line), table)) {
        if (*line == '#' || sscanf(line, "%*s %*s %64s", name) != 1 || !clock_is_zone(name))
            continue;
        zones.names = arena_grow(arena, zones.names, zones.count, sizeof(*zones.names));
        zones.names[zones.count++] = arena_copy(arena, name);
    }
    (void)fclose(table);
    if (zones.count)
        qsort(zones.names, zones.count, sizeof(*zones.names), by_name);
    return zones;
}

void clock_prepare(void) {
    tzset();
}

struct clock_zones clock_zones(void) {
    /* A system has one list. */
    static struct arena *arena;
    static struct clock_zones zones;
    if (!arena) {
        arena = arena_new();
        zones = read_zones(arena);
    }
    return zones;
}

/* The C library knows one zone at a time, and the process has it for itself: each use sets the one it needs.
 */
static void enter_zone(const char *zone) {
    const char *present = getenv("TZ");
    const char *wanted = clock_is_zone(zone) ? zone : "UTC";
    if (present && strcmp(present, wanted) == 0)
        return;
    if (setenv("TZ", wanted, 1) == 0)
        tzset();
}

struct clock_local clock_local(const char *zone, int64_t time) {
    struct tm t = utc(time + zone_offset(zone, time));
    struct clock_local local = {.hour = t.tm_hour, .minute = t.tm_min};
    *write_day(local.day, &t) = '\0';
    return local;
}

int64_t clock_next_hour(const char *zone, int hour, int64_t after) {
    enter_zone(zone);
    time_t seconds = (time_t)after;
    struct tm t = {0};
    if (!localtime_r(&seconds, &t))
        return after;
    for (int days = 0; days < 3; days++) {
        struct tm then = {.tm_year = t.tm_year,
                          .tm_mon = t.tm_mon,
                          .tm_mday = t.tm_mday + days,
                          .tm_hour = hour,
                          .tm_isdst = -1};
        time_t found = mktime(&then);
        if (found > seconds)
            return (int64_t)found;
    }
    return after;
}

int64_t clock_last_hour(const char *zone, int hour, int64_t at) {
    enum { A_LONG_DAY_S = 26 * 3600 }; /* summer time ends in it */
    int64_t last = clock_next_hour(zone, hour, at - A_LONG_DAY_S);
    for (int64_t next = clock_next_hour(zone, hour, last); next <= at && next > last;
         next = clock_next_hour(zone, hour, last))
        last = next;
    return last;
}
