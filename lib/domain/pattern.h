#pragma once
/*
 * Event patterns: which events a rule is about. A pattern is JSON with the semantics of the widely used cloud
 * event bus: {"detail-type":["task.due"],"detail":{"task":{"progress":[{"numeric":["<",100]}]}}}. Fields are
 * ANDed, the members of a field's array ORed; operators: exactly prefix suffix equals-ignore-case wildcard
 * anything-but numeric exists cidr, and "$or" for alternatives.
 *
 * It is read once and then matched in one walk over the event, in time linear in the event for each branch of
 * "$or", without taking memory.
 */

#include "base/arena.h"

struct json_object;
struct pattern;

enum {
    PATTERN_MOST_BYTES = 16384, /* of its text */
    PATTERN_MOST_DEPTH = 32,    /* of nesting, and of steps in a path */
    PATTERN_MOST_FIELDS = 64,   /* that one event must meet at once */
    PATTERN_MOST_BRANCHES = 128 /* that "$or" makes, all multiplied */
};

/*
 * Reads a pattern from `size` bytes; all of it lives in the arena, the text may go. NULL: `*error` is one
 * English sentence for the administrator, with the place: the dotted path of the field, or the byte where it
 * is not JSON. A key that stands twice in an object counts where it stands last.
 */
MUST_CHECK const struct pattern *pattern_parse(struct arena *arena, const char *text, size_t size,
                                               const char **error);

/*
 * True if the event, an object as json-c parsed it, meets the pattern; NULL and other values do not. Numbers
 * compare by their digits, as json-c keeps them: all of a decimal's, and integers within 64 bits
 * (pattern_event_parse keeps longer ones). {"exists":false} of a field beside others in an array of objects
 * is judged in the element that meets those; alone, in all elements.
 */
MUST_CHECK bool pattern_matches(const struct pattern *pattern, struct json_object *event);

/*
 * Reads an event written by hand: strict JSON, any number to its last digit. The caller gives it back with
 * json_object_put. NULL: `*error` is a sentence with the byte, or says that it is no object.
 */
MUST_CHECK struct json_object *pattern_event_parse(struct arena *arena, const char *text, size_t size,
                                                   const char **error);
