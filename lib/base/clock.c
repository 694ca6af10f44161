#include "base/clock.h"

#include "base/zone_rule.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* A year of more than four digits cannot be written as RFC 3339; it stays within the field's width. */
static unsigned part(int value, unsigned modulus) {
    return value < 0 ? 0 : (unsigned)value % modulus;
}

void clock_write_rfc3339(int64_t time, char text[CLOCK_RFC3339_BYTES]) {
    struct tm t = utc(time);
    (void)snprintf(text, CLOCK_RFC3339_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ", part(t.tm_year + 1900, 10000),
                   part(t.tm_mon + 1, 100), part(t.tm_mday, 100), part(t.tm_hour, 100), part(t.tm_min, 100),
                   part(t.tm_sec, 100));
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
    char full[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(time, full);
    memcpy(text, full, CLOCK_DAY_BYTES - 1);
    text[CLOCK_DAY_BYTES - 1] = '\0';
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

/* ---- what the clocks of a zone show ---- */

struct known_zone {
    char *name;
    struct zone_rule rule;
};

static struct {
    struct arena *arena; /* NULL: zones are read from their files when they are asked for */
    struct known_zone *list;
    size_t count;
} known;

/* Reads the last line of a zone's file; false if the file, of this size, is none. */
static bool read_rule(const char *path, off_t size, struct zone_rule *rule) {
    enum { TAIL_BYTES = 128 };
    char tail[TAIL_BYTES + 1] = "";
    char magic[4] = "";
    bool good = false;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool is_zone =
        pread(file, magic, sizeof(magic), 0) == sizeof(magic) && memcmp(magic, "TZif", sizeof(magic)) == 0;
    ssize_t got = pread(file, tail, TAIL_BYTES, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
    if (is_zone && got > 0 && tail[got - 1] == '\n') {
        tail[got - 1] = '\0';
        const char *line = memrchr(tail, '\n', (size_t)got - 1);
        good = line && zone_rule_read(line + 1, rule);
    }
    (void)close(file);
    return good;
}

static int note_zone(const char *path, const struct stat *status, int kind, struct FTW *where) {
    const char *name = path + strlen(ZONES);
    /* The same zones with other ways to count seconds. */
    if (kind == FTW_D && where->level == 1 && (strcmp(name, "posix") == 0 || strcmp(name, "right") == 0))
        return FTW_SKIP_SUBTREE;
    struct zone_rule rule;
    if (kind != FTW_F || !read_rule(path, status->st_size, &rule))
        return FTW_CONTINUE;
    known.list = arena_grow(known.arena, known.list, known.count, sizeof(*known.list));
    known.list[known.count++] = (struct known_zone){arena_copy(known.arena, name), rule};
    return FTW_CONTINUE;
}

static int by_zone(const void *one, const void *other) {
    return strcmp(((const struct known_zone *)one)->name, ((const struct known_zone *)other)->name);
}

void clock_prepare_zones(void) {
    enum { MOST_DIRECTORIES = 8 };
    if (known.arena)
        return;
    known.arena = arena_new();
    (void)nftw(ZONES, note_zone, MOST_DIRECTORIES, FTW_ACTIONRETVAL);
    if (known.count)
        qsort(known.list, known.count, sizeof(*known.list), by_zone);
}

static int64_t known_offset(const char *zone, int64_t time) {
    for (size_t low = 0, high = known.count; low < high;) {
        size_t middle = (low + high) / 2;
        int order = strcmp(zone, known.list[middle].name);
        if (!order)
            return zone_rule_offset(&known.list[middle].rule, time);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
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
    struct tm t = utc(time);
    if (known.arena) {
        t = utc(time + known_offset(zone, time));
    } else {
        enter_zone(zone);
        time_t seconds = (time_t)time;
        (void)localtime_r(&seconds, &t);
    }
    struct clock_local local = {.hour = t.tm_hour, .minute = t.tm_min};
    (void)snprintf(local.day, sizeof(local.day), "%04u-%02u-%02u", part(t.tm_year + 1900, 10000),
                   part(t.tm_mon + 1, 100), part(t.tm_mday, 100));
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
