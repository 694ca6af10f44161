#pragma once
/* Event patterns (placeholder header until the matcher lands). */
#include "base/arena.h"
struct pattern;
struct json_object;
MUST_CHECK const struct pattern *pattern_parse(struct arena *arena, const char *text, size_t size,
                                               const char **error);
MUST_CHECK bool pattern_matches(const struct pattern *pattern, struct json_object *event);
