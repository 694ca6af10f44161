#pragma once
/*
 * What a function accepts, declared as data and checked before `run` sees a byte: names, types and bounds.
 * The same names serve JSON bodies, form bodies and query strings.
 */

#include "base/words.h"

enum field_type {
    FIELD_TEXT,     /* one line; spaces at both ends are dropped */
    FIELD_LONGTEXT, /* with newlines and tabs, as typed */
    FIELD_SECRET,   /* one line, as typed: a password */
    /* A password that is to be somebody's. `least` and `most` count what is left of it in Unicode's composed
     * form, which the function asks password_input_check; here it may be four times as long. */
    FIELD_NEW_SECRET,
    FIELD_EMAIL, /* an address that can be mailed to */
    FIELD_INTEGER,
    FIELD_CHOICE, /* one of `choices`; `integer` is its place */
    FIELD_DAY,    /* YYYY-MM-DD */
    FIELD_PERSON, /* an id, "me", or "none" (0) */
    FIELD_LABELS, /* a list of texts; in a form one text with commas */
    FIELD_FLAG,   /* 1 or 0 */
    FIELD_ZONE,   /* a time zone by its IANA name */
};

struct field {
    const char *name;
    enum field_type type;
    bool is_required;
    const char *instead; /* the field that may be given in its place, but not beside it; NULL: none */
    bool may_be_empty;   /* null, or "" in a form: nobody, no date */
    bool may_wrap;       /* a text area of a form shows it: newlines typed there become spaces */
    bool in_bytes;       /* least and most count bytes, not characters */
    int64_t least;       /* texts: length; integers: value */
    int64_t most;
    const char *const *choices; /* ended by NULL */
};

/* The largest id, version and position that is taken: one below what json-c makes of a number beyond 64 bits.
 */
#define FIELD_LARGEST (INT64_MAX - 1)

/* What arrived for a field. */
struct field_value {
    bool is_given;
    const char *typed; /* in a form or query, as it came: to be shown again beside its fault */
    bool is_empty;     /* given as null or ""; only where may_be_empty */
    const char *text;
    int64_t integer;
    const char **texts; /* FIELD_LABELS */
    size_t count;
};

/* What is wrong with a field: told to the person beside it. */
struct fault {
    const char *field;
    const char *code; /* for programs: required, unknown, repeated, type, ... */
    const char *message;
    struct fault *next;
};
