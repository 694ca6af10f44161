#include "base/zone_rule.h"

#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 24 * 3600 };

/* ---- reading ---- */

static bool read_number(const char **at, int *number) {
    enum { MOST_DIGITS = 3 };
    int digits = 0;
    for (*number = 0; **at >= '0' && **at <= '9' && digits < MOST_DIGITS; digits++)
        *number = *number * 10 + (*(*at)++ - '0');
    return digits > 0;
}

/* "EST", "<+0330>". */
static bool skip_name(const char **at) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    bool is_quoted = **at == '<';
    size_t size = is_quoted ? strcspn(*at, ">") : strspn(*at, letters);
    *at += size;
    if (is_quoted && **at == '>')
        ++*at;
    else if (is_quoted)
        return false;
    return size > 0;
}

/* "5", "-3:30", "1:02:03": in seconds. */
static bool read_time(const char **at, int64_t *seconds) {
    int sign = **at == '-' ? -1 : 1;
    int64_t total = 0;
    if (**at == '-' || **at == '+')
        ++*at;
    for (int unit = HOUR_S; unit; unit /= MINUTE_S) {
        int number = 0;
        if (!read_number(at, &number))
            return false;
        total += (int64_t)number * unit;
        if (**at != ':')
            break;
        ++*at;
    }
    *seconds = sign * total;
    return true;
}

static bool read_month_turn(const char **at, struct zone_turn *turn) {
    ++*at;
    bool good = read_number(at, &turn->month) && *(*at)++ == '.' && read_number(at, &turn->week) &&
                *(*at)++ == '.' && read_number(at, &turn->weekday);
    return good && turn->month >= 1 && turn->month <= 12 && turn->week >= 1 && turn->week <= 5 &&
           turn->weekday <= 6;
}

/* ",M3.2.0/3": without a time it is two in the morning. */
static bool read_turn(const char **at, struct zone_turn *turn) {
    enum { USUAL_S = 2 * HOUR_S };
    *turn = (struct zone_turn){.kind = '0', .second = USUAL_S};
    if (*(*at)++ != ',')
        return false;
    bool good = false;
    if (**at == 'M') {
        turn->kind = 'M';
        good = read_month_turn(at, turn);
    } else {
        if (**at == 'J')
            turn->kind = *(*at)++;
        good = read_number(at, &turn->day);
    }
    if (!good || **at != '/')
        return good;
    ++*at;
    return read_time(at, &turn->second);
}

bool zone_rule_read(const char *text, struct zone_rule *rule) {
    struct zone_rule found = {0};
    int64_t west = 0; /* POSIX counts the other way round */
    const char *at = text;
    if (!skip_name(&at) || !read_time(&at, &west))
        return false;
    found.standard = -west;
    if (*at) {
        if (!skip_name(&at))
            return false;
        west -= HOUR_S;
        if (*at != ',' && !read_time(&at, &west))
            return false;
        found.summer = -west;
        found.has_summer = true;
        if (!read_turn(&at, &found.start) || !read_turn(&at, &found.end) || *at)
            return false;
    }
    *rule = found;
    return true;
}

/* ---- what clocks show ---- */

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970 to the first of January. */
static int64_t days_before_year(int64_t year) {
    int64_t past = year - 1;
    enum { DAYS_BEFORE_1970 = 719162 };
    return past * 365 + past / 4 - past / 100 + past / 400 - DAYS_BEFORE_1970;
}

static int64_t year_of(int64_t time) {
    enum { AVERAGE_YEAR_S = 31556952 };
    int64_t year = 1970 + time / AVERAGE_YEAR_S;
    while (days_before_year(year) * DAY_S > time)
        year--;
    while (days_before_year(year + 1) * DAY_S <= time)
        year++;
    return year;
}

/* Days from 1970 to the day of a turn. */
static int64_t day_of(const struct zone_turn *turn, int64_t year) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t first = days_before_year(year);
    if (turn->kind == 'J')
        return first + turn->day - 1 + (is_leap(year) && turn->day > 59);
    if (turn->kind == '0')
        return first + turn->day;
    for (int month = 1; month < turn->month; month++)
        first += lengths[month - 1] + (month == 2 && is_leap(year));
    int length = lengths[turn->month - 1] + (turn->month == 2 && is_leap(year));
    int64_t weekday = (first + 4) % 7; /* 1970 began with a Thursday */
    int64_t day = (turn->weekday - weekday + 7) % 7 + (int64_t)(turn->week - 1) * 7;
    while (day >= length)
        day -= 7;
    return first + day;
}

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t time) {
    if (!rule->has_summer)
        return rule->standard;
    int64_t year = year_of(time + rule->standard);
    int64_t start = day_of(&rule->start, year) * DAY_S + rule->start.second - rule->standard;
    int64_t end = day_of(&rule->end, year) * DAY_S + rule->end.second - rule->summer;
    bool is_summer = start < end ? time >= start && time < end : time >= start || time < end;
    return is_summer ? rule->summer : rule->standard;
}
