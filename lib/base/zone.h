#pragma once
/*
 * How far clocks in a time zone are from UTC, without a file being opened: the rules of all zones, as they
 * are since their last change, stand in a table of the build (scripts/zones). They are for times of about
 * now; who needs 1970 asks the C library.
 */

#include "base/base.h"

/* "Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX, the variable TZ). By name. */
struct zone_rule {
    const char *name;
    const char *rule;
};
extern const struct zone_rule ZONE_RULES[];
extern const size_t ZONE_RULE_COUNT;

/* Seconds that clocks there are ahead of UTC; 0 for a zone that is not known. */
int64_t zone_offset(const char *zone, int64_t time);
