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

/* A piece of text that need not end in NUL; the bytes belong to somebody else. */
struct span {
    const char *text;
    size_t size;
};
