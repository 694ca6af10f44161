#pragma once
/*
 * Walks over JSON text that json_check has passed, value by value, in the order of the text. Where a place in
 * the text, a repeated key or the very digits of a number matter, a tree of objects would have lost them.
 */

#include "base/arena.h"

struct json_pull {
    struct arena *arena; /* owns the strings that are read */
    const char *at;
    const char *end;
};

/* The first byte of the next value or member, '\0' at the end: { [ " t f n - or a digit. */
char json_pull_peek(struct json_pull *pull);

/* Steps into the array or object that is next. */
void json_pull_enter(struct json_pull *pull);

/* True if a first or further member follows; false behind the end of the array or object, which is left. */
bool json_pull_more(struct json_pull *pull);

/* The string that is next, escapes undone, NUL-terminated behind `size`; as a key, its colon goes too. */
struct span json_pull_string(struct json_pull *pull);
struct span json_pull_key(struct json_pull *pull);

/* The text of the number, true, false or null that is next; it stays in the JSON text. */
struct span json_pull_word(struct json_pull *pull);

/* Over a value of any kind. */
void json_pull_skip(struct json_pull *pull);
