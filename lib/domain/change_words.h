#pragma once
/* A change of a task in people's words: for the history on the page and for mails alike. */

#include "domain/event.h"

/* The name of a field: "Due". */
const char *change_field(enum language language, const struct event_change *change);

/* A side of the change as people read it: "Doing", "40", "print, flyers"; NULL: nothing (nobody, no date). */
const char *change_from(struct arena *arena, enum language language, const struct event_change *change);
const char *change_to(struct arena *arena, enum language language, const struct event_change *change);

/* The words of a program's word: choice_words(LANGUAGE_KO, "status", "doing"), of a filter or an order, of a
 * wish, of a region, or of a field's name ("field", "due_on"). NULL if there are none. */
const char *choice_words(enum language language, const char *field, const char *value);
