#pragma once
/*
 * Numbers as JSON writes them (RFC 8259, section 6), compared by their digits: no digit is lost as it would
 * be in a double, and 300, 300.0 and 3.0e2 are equal. A number points into its text; nothing is copied.
 */

#include "base/base.h"

/* Exponents beyond this are taken as this: such numbers keep their order only against smaller ones. */
#define DECIMAL_MOST_EXPONENT INT64_C(1000000000000)

struct decimal {
    const char *digits; /* from the first that is not 0; may hold a point */
    const char *digits_end;
    int64_t exponent;     /* the value is 0.DIGITS times ten to this */
    int sign;             /* -1, 0, 1; a zero of either sign is 0 */
    bool is_out_of_range; /* the exponent was cut to DECIMAL_MOST_EXPONENT */
};

/* False where the text is no number; `number` is then untouched. */
MUST_CHECK bool decimal_read(const char *text, size_t size, struct decimal *number);

/* Below, at or above 0 as `one` is less than, equal to or greater than `other`. Time: the digits of both. */
int decimal_compare(const struct decimal *one, const struct decimal *other);
