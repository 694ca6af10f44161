#pragma once
/* What every file of the program shares: attributes and checked sizes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller must look at the result. */
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(template, first) __attribute__((format(printf, template, first)))

/* Number of rows of an array (not of a pointer). */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Two builds are made to be looked through, not to serve: with the sanitizers, and for valgrind, which the
 * Makefile says. There is no wall in them, which their own system calls would not pass (lib/http/wall.c), and
 * each piece of an arena stands alone (lib/base/arena.c).
 */
#if defined(CHECKED)
#define IS_CHECKED true
#else
#define IS_CHECKED false
#endif

/* So many times the time is given to a run in a build that is so much slower than a release. */
#if !defined(TIMES_SLOWER)
#define TIMES_SLOWER 1
#endif

/* A piece of text that need not end in NUL; the bytes belong to somebody else. */
struct span {
    const char *text;
    size_t size;
};
