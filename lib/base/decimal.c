/* A number is its sign, where its first digit stands, and the digits: in this order they decide. */
#include "base/decimal.h"

static bool is_digit(const char *at, const char *end) {
    return at < end && *at >= '0' && *at <= '9';
}

static const char *skip_digits(const char *at, const char *end) {
    while (is_digit(at, end))
        at++;
    return at;
}

/* Behind "e": signed digits, cut to the largest. NULL where there are none. */
static const char *read_exponent(const char *at, const char *end, int64_t *exponent) {
    bool is_negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (!is_digit(at, end))
        return NULL;
    int64_t value = 0;
    for (; is_digit(at, end); at++)
        if (value < DECIMAL_MOST_EXPONENT)
            value = value * 10 + (*at - '0');
    *exponent = is_negative ? -value : value;
    return at;
}

/* From the digits as they stand to those from the first that counts. */
static void normalize(struct decimal *number, const char *whole_end) {
    number->exponent += whole_end - number->digits;
    while (number->digits < number->digits_end && (*number->digits == '0' || *number->digits == '.')) {
        number->exponent -= *number->digits == '0';
        number->digits++;
    }
    if (number->digits == number->digits_end)
        *number = (struct decimal){.digits = number->digits, .digits_end = number->digits};
    number->is_out_of_range =
        number->exponent > DECIMAL_MOST_EXPONENT || number->exponent < -DECIMAL_MOST_EXPONENT;
}

bool decimal_read(const char *text, size_t size, struct decimal *number) {
    const char *at = text;
    const char *end = text + size;
    bool is_negative = at < end && *at == '-';
    at += is_negative;
    const char *digits = at;
    const char *whole_end = skip_digits(at, end);
    if (whole_end == digits)
        return false;
    at = whole_end;
    if (at < end && *at == '.') {
        at = skip_digits(at + 1, end);
        if (at == whole_end + 1)
            return false;
    }
    struct decimal read = {.digits = digits, .digits_end = at, .sign = is_negative ? -1 : 1};
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = read_exponent(at + 1, end, &read.exponent);
        if (!at)
            return false;
    }
    if (at != end)
        return false;
    normalize(&read, whole_end);
    *number = read;
    return true;
}

/* The next digit, the point skipped; '0' behind the last. */
static char next_digit(const char **at, const char *end) {
    if (*at < end && **at == '.')
        (*at)++;
    if (*at == end)
        return '0';
    return *(*at)++;
}

int decimal_compare(const struct decimal *one, const struct decimal *other) {
    if (one->sign != other->sign)
        return one->sign < other->sign ? -1 : 1;
    if (!one->sign)
        return 0;
    if (one->exponent != other->exponent)
        return (one->exponent < other->exponent) == (one->sign > 0) ? -1 : 1;
    const char *left = one->digits;
    const char *right = other->digits;
    while (left < one->digits_end || right < other->digits_end) {
        char left_digit = next_digit(&left, one->digits_end);
        char right_digit = next_digit(&right, other->digits_end);
        if (left_digit != right_digit)
            return (left_digit < right_digit) == (one->sign > 0) ? -1 : 1;
    }
    return 0;
}
