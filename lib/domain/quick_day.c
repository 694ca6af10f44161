#include "domain/quick_day.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DAY_S = 24 * 3600, WEEK_DAYS = 7, MOST_DAYS = 3650, LEAP_YEARS = 8 };

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Up to four digits; -1 where there is none. */
static int read_number(const char **at) {
    int value = is_digit(**at) ? 0 : -1;
    for (int i = 0; i < 4 && is_digit(**at); i++, (*at)++)
        value = value * 10 + (**at - '0');
    return value;
}

/* Days from today; -1: it names no such day. */
static int64_t read_near(const char *word) {
    static const struct {
        const char *word;
        int64_t days;
    } near[] = {{"today", 0}, {"tomorrow", 1}, {"오늘", 0}, {"내일", 1}, {"모레", 2}};
    for (size_t i = 0; i < COUNT(near); i++)
        if (strcasecmp(word, near[i].word) == 0)
            return near[i].days;
    return -1;
}

/* "+3d", "+2w", "+3일", "+2주" */
static int64_t read_ahead(const char *word) {
    if (*word++ != '+')
        return -1;
    int64_t count = read_number(&word);
    bool is_weeks = strcasecmp(word, "w") == 0 || strcmp(word, "주") == 0;
    bool is_days = strcasecmp(word, "d") == 0 || strcmp(word, "일") == 0;
    int64_t days = is_weeks ? count * WEEK_DAYS : count;
    return (is_weeks || is_days) && days <= MOST_DAYS ? days : -1;
}

/* "friday", "fri", "금요일", "금" */
static int64_t read_weekday(const char *word, int64_t today) {
    enum { SHORT = 3, THURSDAY = 4 /* 1970 began with one */ };
    static const char *const names[][2] = {
        {"sunday", "일요일"},   {"monday", "월요일"}, {"tuesday", "화요일"},  {"wednesday", "수요일"},
        {"thursday", "목요일"}, {"friday", "금요일"}, {"saturday", "토요일"},
    };
    size_t size = strlen(word);
    int64_t present = (today / DAY_S + THURSDAY) % WEEK_DAYS;
    for (int64_t i = 0; i < WEEK_DAYS; i++) {
        for (size_t j = 0; j < COUNT(names[i]); j++) {
            bool is_name = strcasecmp(word, names[i][j]) == 0 ||
                           (size == SHORT && strncasecmp(word, names[i][j], SHORT) == 0);
            if (is_name)
                return (i - present + WEEK_DAYS - 1) % WEEK_DAYS + 1;
        }
    }
    return -1;
}

/* "12-01", "12/1": the next one, of 29 February some years away. */
static bool read_day_of_year(const char *word, const char *today, char day[CLOCK_DAY_BYTES]) {
    int month = read_number(&word);
    if (month < 0 || (*word != '-' && *word != '/'))
        return false;
    word++;
    int of_month = read_number(&word);
    if (of_month < 0 || *word || month > 12 || of_month > 31)
        return false;
    const char *at = today;
    int year = read_number(&at);
    for (int i = 0; i <= LEAP_YEARS; i++) {
        char found[32];
        (void)snprintf(found, sizeof(found), "%04d-%02d-%02d", year + i, month, of_month);
        if (clock_is_day(found, strlen(found)) && strcmp(found, today) >= 0) {
            memcpy(day, found, CLOCK_DAY_BYTES);
            return true;
        }
    }
    return false;
}

bool quick_day_read(const char *word, const char *today, char day[CLOCK_DAY_BYTES]) {
    if (clock_is_day(word, strlen(word))) {
        memcpy(day, word, CLOCK_DAY_BYTES);
        return true;
    }
    int64_t now = clock_day_time(today);
    int64_t days = read_near(word);
    if (days < 0)
        days = read_ahead(word);
    if (days < 0)
        days = read_weekday(word, now);
    if (days < 0)
        return read_day_of_year(word, today, day);
    clock_write_day(now + days * DAY_S, day);
    return true;
}
