#pragma once
/* Lines of iCalendar (RFC 5545, 3.1): folded at 75 bytes, ended by CR LF; texts escaped (3.3.11). */

#include "base/buffer.h"

/* A line whose value is written as it is: "BEGIN", "VEVENT"; "DTSTART;VALUE=DATE", "20261224". */
void icalendar_line(struct buffer *out, const char *name, const char *value);

/* A line whose value is a text, of any characters. */
void icalendar_text(struct buffer *out, const char *name, const char *text);

/* A moment, in UTC: "20261124T090000Z". */
void icalendar_time(struct buffer *out, const char *name, int64_t time);
