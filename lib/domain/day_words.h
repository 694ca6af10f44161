#pragma once
/* Days in people's words, for pages and mails alike. A day is "YYYY-MM-DD"; what is none of the calendar
 * stays as it is. */

#include "base/clock.h"
#include "base/words.h"

/* Days from one to the other: 1 from today to tomorrow. Both are days of the calendar. */
int64_t days_between(const char *from, const char *to);

/* The day so many days after (before, if negative) one of the calendar. */
void days_after(const char *day, int64_t days, char text[CLOCK_DAY_BYTES]);

/* "24 Dec", with the year where it is another one than today's. */
const char *day_words(struct arena *arena, enum language language, const char *day, const char *today);

/* The same with its year, whenever it is read. */
const char *day_words_whole(struct arena *arena, enum language language, const char *day);

/* A due day of what is not done: "Tomorrow", "3 days late"; the day itself where it is a week away. */
const char *due_words(struct arena *arena, enum language language, const char *due_on, const char *today);
