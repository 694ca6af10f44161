#pragma once
/*
 * How much a request may bring along, looked at before anything of it is read. Web servers have bounds of
 * their own, but the functions stand behind any of them (ASVS 4.2.5, 15.2.2).
 */

#include "http/request.h"

enum {
    BOUNDS_MOST_HEADERS = 100,
    BOUNDS_MOST_VARIABLES = 512, /* headers and what the gateway adds by itself */
    BOUNDS_MOST_VARIABLE_BYTES = 64 * 1024,
    BOUNDS_MOST_TARGET_BYTES = 8192, /* path and query, as they were sent */
    BOUNDS_MOST_FIELDS = 256,        /* of a form or a query; json_check has the same for an object */
};

/* False where there are too many variables, or too long ones; the answer is 431 (RFC 6585, 5). */
MUST_CHECK bool bounds_allow_variables(char *const *variables);

/* False where there would be too many fields: ampersands are counted, also those with nothing between. */
MUST_CHECK bool bounds_allow_form(const char *text, size_t size);
