#pragma once
/*
 * What the administrator must know, as one JSON object a line on standard error or in the file that `log` of
 * the configuration names. A line is written whole by one write(2), and whatever stands in a message is
 * escaped, so no line can be forged or torn. Passwords, tokens, cookies and mail bodies are never passed to
 * it.
 */

#include "base/base.h"

enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Names the program in each line; `path` NULL means standard error. False if the file cannot be opened. */
MUST_CHECK bool log_open(const char *program, const char *path);

enum { LOG_REQUEST_BYTES = 72 };

/* Ties the lines that follow to one request; NULL ends it. The text is copied (at most LOG_REQUEST_BYTES - 1
 * of it). */
void log_set_request(const char *request_id);

/* Has it copied to `place`, of LOG_REQUEST_BYTES: who sees that memory knows what this process was at when it
 * ended. */
void log_keep_request_in(char *place);

void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * What anybody outside can cause as often as requests come: that one was refused (ASVS 16.3.2, 16.3.3). A
 * process writes the first ten such lines of a minute and counts the others, so that nobody fills the disk;
 * how many they were is told by the next line of another minute, or by log_bounded_end.
 */
enum { LOG_BOUND_A_MINUTE = 10 };
void log_bounded(const char *format, ...) PRINTF_LIKE(1, 2);

/* That the request was answered, but with a fault of ours or late: its status and milliseconds as members of
 * their own. In the same bounds. */
void log_answered(int status, int64_t milliseconds);

/* Tells how many were counted and not written, if any; before the process ends. */
void log_bounded_end(void);

#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
