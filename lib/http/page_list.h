#pragma once
/* The list of tasks as a page. */

#include "domain/saved_view.h"
#include "domain/task_list.h"
#include "http/page.h"

/* The filters as they stand in the address, unescaped; NULL: not given. */
struct page_query {
    const char *q;
    const char *assignee; /* me, none, or an id */
    const char *status;
    const char *due;
    const char *label;
    const char *sort;
    const char *order; /* asc or desc */
    /* What she has kept of such. */
    const struct saved_view *views;
    size_t view_count;
};

/* The list, or the bin if the filter says so, with its forms. `people` are all who can be in charge. */
void page_tasks(struct buffer *out, const struct user *viewer, const struct task_filter *filter,
                const struct task_page *page, const struct user *people, size_t people_count,
                const struct page_query *query, int64_t now);
