#pragma once
/* From the bytes of a body or a query to the checked values of a function's fields. */

#include "http/request.h"

enum input_result {
    INPUT_GOOD,      /* every declared field has a value or is not given; faults may have been noted */
    INPUT_MALFORMED, /* not JSON, not a form, not UTF-8: 400 */
};

/* *detail (in the arena) says what is malformed. */
MUST_CHECK enum input_result input_read_json(struct request *request, const char *body, size_t size,
                                             const char **detail);

/* A body of application/x-www-form-urlencoded or a query string. */
MUST_CHECK enum input_result input_read_form(struct request *request, const char *text, size_t size,
                                             const char **detail);

/* A body of multipart/form-data; the boundary stands in the Content-Type. */
MUST_CHECK enum input_result input_read_multipart(struct request *request, const char *content_type,
                                                  const char *body, size_t size, const char **detail);
