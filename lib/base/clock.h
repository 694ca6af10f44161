#pragma once
/* Time as the program keeps it: Unix seconds, UTC; days as "YYYY-MM-DD". */

#include "base/arena.h"

/* Seconds since 1970, now. */
int64_t clock_now(void);

/* Nanoseconds of a clock that never goes back; for measuring only. */
int64_t clock_monotonic_ns(void);

/* "2026-11-23T09:00:00Z" (RFC 3339). */
enum { CLOCK_RFC3339_BYTES = 21 };
void clock_write_rfc3339(int64_t time, char text[CLOCK_RFC3339_BYTES]);

/* "Mon, 23 Nov 2026 09:00:00 +0000" (RFC 5322, section 3.3). */
const char *clock_rfc5322(struct arena *arena, int64_t time);

/* The day of a time in UTC, "2026-11-23". */
enum { CLOCK_DAY_BYTES = 11 };
void clock_write_day(int64_t time, char text[CLOCK_DAY_BYTES]);

/* The time zones that people live in, by their names in the IANA database: "Asia/Seoul". */
enum { CLOCK_ZONE_BYTES = 65 };
bool clock_is_zone(const char *name);

/* Reads what the C library wants to know of this machine's zone, for a process that can open no file later.
 */
void clock_prepare(void);

/* Those that a person is offered to choose from, by name: one for each country and way of its clocks. Read
 * from the system at the first call, and kept for the life of the process. */
struct clock_zones {
    const char **names;
    size_t count; /* 0: the system has no list */
};
struct clock_zones clock_zones(void);

/* What clocks show in a zone at a time of about now; an unknown one is UTC. No file is opened. */
struct clock_local {
    char day[CLOCK_DAY_BYTES];
    int hour;
    int minute;
};
struct clock_local clock_local(const char *zone, int64_t time);

/* The first time after `after` at which clocks in a zone show this full hour (where summer time leaves it
 * out, the hour behind it). */
int64_t clock_next_hour(const char *zone, int hour, int64_t after);

/* The last such time, `at` included. */
int64_t clock_last_hour(const char *zone, int hour, int64_t at);

/* The time at which a day of the calendar begins in UTC. */
int64_t clock_day_time(const char *day);

/* True for "YYYY-MM-DD" that names a day of the calendar between 1970 and 9999. */
bool clock_is_day(const char *text, size_t size);
