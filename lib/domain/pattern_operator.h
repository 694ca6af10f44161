#pragma once
/* The part of reading a pattern that is within one field. For pattern_read.c and pattern_operator.c only. */

#include "base/json_pull.h"
#include "domain/pattern_form.h"

struct pattern_reader {
    struct json_pull pull; /* its arena owns all that is read */
    const char *place;     /* the dotted path of the field, or "the pattern" */
    const char *error;     /* NULL: none yet; the first stays */
};

/* Reads the array that is next. False: the reader has an error. */
MUST_CHECK bool pattern_read_tests(struct pattern_reader *reader, struct field *field);

bool pattern_is_operator(struct span name);

/* Notes "PLACE: MESSAGE"; returns false, for `return pattern_fault(...)`. */
bool pattern_fault(struct pattern_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
