#pragma once
/* Saved views on the page of tasks. */

#include "domain/saved_view.h"
#include "http/page.h"

/* Links to one's views, and forms to forget each and to keep the present one: `query`, of the list. */
void page_views(struct buffer *out, enum language language, const struct saved_view *views, size_t count,
                const char *query);
