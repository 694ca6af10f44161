#pragma once
/*
 * Texts of fixed layout, filled with data. The layouts are files that scripts/templates compiles into tables
 * of steps; there is nothing to parse, and nothing to get wrong, when a text is written. In a file stand
 *
 *     {{name}}                 the value of a name: escaped in .html, one line in .txt
 *     {{~name}}                the same, isolated: for where more stands in its line
 *     {{mail.open}}            a sentence of www/text in the reader's language, each {name} in it filled
 * likewise
 *     {{#name}}...{{/name}}    once for a value that is not empty, once a record for a list
 *     {{^name}}...{{/name}}    if the value is empty, or the list
 *     {{> part}}               the file `part` of the same ending, put here
 *     {{! why }}               nothing
 *
 * A line that holds nothing but one of the last four leaves no line behind. Isolated, a value with letters
 * that run from right to left turns round nothing but itself (UAX #9: U+2068 and U+2069, or <bdi>); all
 * values in sentences are.
 */

#include "base/words.h"

enum template_kind {
    TEMPLATE_TEXT,     /* `text` as it is */
    TEMPLATE_VALUE,    /* the value of `number` */
    TEMPLATE_ISOLATED, /* the same, isolated */
    TEMPLATE_SENTENCE, /* words of key `number` */
    TEMPLATE_SECTION,  /* the steps before `end`, for each record of `number` */
    TEMPLATE_INVERSE,  /* the steps before `end`, if there is nothing of `number` */
};

struct template_step {
    enum template_kind kind;
    const char *text;
    unsigned number; /* of a name in the file of names, or an enum words_key */
    size_t end;      /* index of the first step behind the section */
};

struct template {
    const struct template_step *steps;
    size_t step_count;
    const char *const *names; /* by number, NULL ends; sentences name their values */
    bool is_html;
};

/* Values and lists by the number of their names. A name that a record lacks is looked for in the one around
 * it. */
struct template_record;

/* An empty record in the arena, with nothing around it. */
struct template_record *template_record(struct arena *arena);

/* `value` stays the caller's until the text is written. NULL and "" are empty. Once a name. */
void template_set(struct template_record *record, unsigned name, const char *value);

/* A new record at the end of the list of that name, for its fields to be set. */
struct template_record *template_add(struct template_record *record, unsigned name);

/* Adds the text. */
void template_write(struct buffer *out, const struct template *template, enum language language,
                    const struct template_record *record);
