#pragma once
/* The history of a task in sentences, grouped by day: "Ji-woo moved progress from 10 to 40". */

#include "domain/event.h"
#include "http/page.h"

void page_history(struct buffer *out, enum language language, const struct event *events, size_t count,
                  int64_t now);
