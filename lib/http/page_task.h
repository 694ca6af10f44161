#pragma once
/* One task as a page: its form, its history, and what can be said and done about it. */

#include "domain/event.h"
#include "http/page.h"

void page_task(struct buffer *out, const struct user *viewer, const struct task *task,
               const struct user *people, size_t people_count, const struct event *events, size_t event_count,
               int64_t now);
