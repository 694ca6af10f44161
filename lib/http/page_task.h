#pragma once
/* One task as a page: its form, its history, and what can be said and done about it. */

#include "domain/event.h"
#include "domain/watch.h"
#include "http/page.h"

/* What the page shows, and to whom. */
struct task_view {
    const struct user *viewer;
    const struct task *task; /* in the bin, too */
    const struct watch *watch;
    const struct user *people; /* who can be in charge */
    size_t people_count;
    const struct event *events; /* oldest first */
    size_t event_count;
    int64_t now;
};

void page_task(struct buffer *out, const struct task_view *view);
