#include "domain/day_words.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS_IN_WORDS = 6 };

static const enum words_key months[] = {
    WORDS_PAGE_MONTH_1, WORDS_PAGE_MONTH_2,  WORDS_PAGE_MONTH_3,  WORDS_PAGE_MONTH_4,
    WORDS_PAGE_MONTH_5, WORDS_PAGE_MONTH_6,  WORDS_PAGE_MONTH_7,  WORDS_PAGE_MONTH_8,
    WORDS_PAGE_MONTH_9, WORDS_PAGE_MONTH_10, WORDS_PAGE_MONTH_11, WORDS_PAGE_MONTH_12,
};

/* Days since 1970 of "YYYY-MM-DD" (Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t day_number(const char *day) {
    int64_t year = strtoll(day, NULL, 10);
    int64_t month = strtoll(day + 5, NULL, 10);
    int64_t shifted = month > 2 ? month - 3 : month + 9;
    year -= month <= 2;
    int64_t of_year = (153 * shifted + 2) / 5 + strtoll(day + 8, NULL, 10) - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

int64_t days_between(const char *from, const char *to) {
    return day_number(to) - day_number(from);
}

void days_after(const char *day, int64_t days, char text[CLOCK_DAY_BYTES]) {
    enum { DAY_S = 24 * 3600 };
    clock_write_day((day_number(day) + days) * DAY_S, text);
}

const char *day_words(struct arena *arena, enum language language, const char *day, const char *today) {
    if (!clock_is_day(day, strlen(day)))
        return day;
    bool is_this_year = memcmp(today, day, 4) == 0;
    enum words_key month = months[strtol(day + 5, NULL, 10) - 1];
    return words_print(arena, language, is_this_year ? WORDS_PAGE_DATE : WORDS_PAGE_DATE_YEAR,
                       {"day", arena_print(arena, "%ld", strtol(day + 8, NULL, 10))},
                       {"month", words(language, month)}, {"year", arena_print(arena, "%.4s", day)});
}

const char *day_words_whole(struct arena *arena, enum language language, const char *day) {
    return day_words(arena, language, day, "0000");
}

const char *due_words(struct arena *arena, enum language language, const char *due_on, const char *today) {
    if (!clock_is_day(due_on, strlen(due_on)))
        return due_on;
    int64_t days = days_between(today, due_on);
    const char *count = arena_print(arena, "%lld", (long long)llabs(days));
    if (days > DAYS_IN_WORDS)
        return day_words(arena, language, due_on, today);
    if (days == -1)
        return words(language, WORDS_PAGE_DUE_LATE_ONE);
    if (days < 0)
        return words_print(arena, language, WORDS_PAGE_DUE_LATE, {"count", count});
    if (days <= 1)
        return words(language, days == 0 ? WORDS_PAGE_DUE_TODAY : WORDS_PAGE_DUE_TOMORROW);
    return words_print(arena, language, WORDS_PAGE_DUE_SOON, {"count", count});
}
