#pragma once
/* Days as one names them in a line: "today", "fri", "+2w", "12-01", "2026-12-01", "내일", "월요일". */

#include "base/clock.h"

/* The day that a word names, seen from `today`. A weekday, or a day without its year, is the next one to come
 * (of weekdays never today). False, and `day` untouched: it names none. */
bool quick_day_read(const char *word, const char *today, char day[CLOCK_DAY_BYTES]);
