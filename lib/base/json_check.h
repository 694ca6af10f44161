#pragma once
/*
 * Decides whether bytes are JSON by RFC 8259, before any other reader sees them. json-c 0.16 takes duplicate
 * keys, NaN, single quotes, raw control characters and a NUL inside a key even when told to be strict; what
 * this check passes, json-c reads the one way it can be read.
 */

#include "base/base.h"

enum json_fault {
    JSON_GOOD,
    JSON_EMPTY,       /* nothing but white space */
    JSON_NOT_UTF8,    /* section 8.1 */
    JSON_SYNTAX,      /* sections 2 to 7: grammar */
    JSON_ESCAPE,      /* section 7: unknown escape, or half of a surrogate pair (8.2) */
    JSON_CONTROL,     /* section 7: a control character that must be escaped */
    JSON_NUL,         /* \u0000: allowed by the RFC, but no text of ours may hold it */
    JSON_DUPLICATE,   /* section 4: names should be unique; ours must be */
    JSON_TOO_DEEP,    /* section 9: a reader may limit depth */
    JSON_NUMBER_SIZE, /* section 9: a number of more than 32 characters */
    JSON_TRAILING,    /* more than one value */
};

struct json_check_result {
    enum json_fault fault;
    size_t offset; /* bytes before the fault */
};

/* Checks `size` bytes; arrays and objects nest at most `max_depth`. Takes no memory; time is linear but for
 * objects, whose keys are compared with each other (at most 256 keys an object; more are JSON_TOO_DEEP). */
struct json_check_result json_check(const char *text, size_t size, unsigned max_depth);

/* The same, but an object may name a key again; which one counts is for the caller to say. */
struct json_check_result json_check_repeating(const char *text, size_t size, unsigned max_depth);

/* A few English words for a fault, for `detail` of a problem and for the command line. */
const char *json_fault_text(enum json_fault fault);
