#pragma once
/* How this engine finds tasks by words. */

#include "base/arena.h"

/* A condition on task.id, with the parameter $%d for the expression of search_expression. */
extern const char SEARCH_CONDITION[];

/*
 * Turns what a person typed into an expression for the index: each word must occur; the last word's beginning
 * is enough in scripts with spaces, any place inside a word in scripts without. NULL if there is no word in
 * it.
 */
const char *search_expression(struct arena *arena, const char *typed);
