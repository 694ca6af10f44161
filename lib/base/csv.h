#pragma once
/*
 * Tables as text (RFC 4180), as spreadsheets and other programs write them: fields between quotation marks
 * may hold separators, line ends and doubled marks. The separator is the comma, semicolon or tab that the
 * first line has most of.
 *
 * A spreadsheet takes a field that begins with one of = + - @ for a formula, and runs it. Such fields are
 * written with an apostrophe before them, as spreadsheets mark texts, and lose it when they are read.
 */

#include "base/buffer.h"

enum { CSV_MOST_FIELDS = 256 };

struct csv {
    struct arena *arena; /* owns the fields */
    const char *at;
    const char *end;
    char separator;
    unsigned line;     /* of the next record, from 1 */
    const char *fault; /* after CSV_FAULT: what is wrong */
};

/* The reader of `size` bytes, which must stay; a mark of UTF-8 at the beginning is stepped over. */
struct csv csv_of(struct arena *arena, const char *bytes, size_t size);

struct csv_record {
    const char *fields[CSV_MOST_FIELDS]; /* NUL-terminated */
    size_t count;
    unsigned line; /* that it begins in */
};

enum csv_result { CSV_RECORD, CSV_END, CSV_FAULT };

/* The next record; empty lines are stepped over. After CSV_FAULT, which `line` and `fault` tell of, it is
 * over. */
MUST_CHECK enum csv_result csv_next(struct csv *csv, struct csv_record *record);

/* Adds a record of one line. */
void csv_add(struct buffer *out, const char *const *fields, size_t count);
