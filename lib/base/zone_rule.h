#pragma once
/*
 * The rule by which a zone's clocks go: the last line of its file in the IANA database (RFC 9636, 3.3), as
 * POSIX has it in TZ, "EST5EDT,M3.2.0,M11.1.0". The C library reads such rules too, but only after it has
 * looked for a file of that name.
 */

#include "base/base.h"

/* One of the two turns of a year. */
struct zone_turn {
    char kind; /* M: a weekday of a month; J: a day from 1 without 29 February; 0: one from 0 */
    int month, week, weekday; /* of M: 1 to 12, 1 to 5 (the last), 0 (Sunday) to 6 */
    int day;                  /* of the others */
    int64_t second;           /* of the day, on the clock before the turn; may lie outside of it */
};

struct zone_rule {
    int64_t standard; /* seconds to add to UTC */
    int64_t summer;   /* the same where it is summer time; its turns count if has_summer only */
    bool has_summer;
    struct zone_turn start;
    struct zone_turn end;
};

/* False, and *rule untouched, if the text is none. */
MUST_CHECK bool zone_rule_read(const char *text, struct zone_rule *rule);

/* What clocks of the zone are ahead of UTC at a time, in seconds. */
int64_t zone_rule_offset(const struct zone_rule *rule, int64_t time);
