#pragma once
/* What people write into their sentences without any mark, and still mean as a link: addresses, and "#12". */

#include "base/buffer.h"

/* True for http, https and mailto, with something behind. */
bool markdown_may_lead_to(const char *address, size_t size);

/* Adds <a> to `before` and `address`; the words and </a> follow. */
void markdown_open_link(struct buffer *out, const char *before, const char *address, size_t size);

/* Adds text, escaped, with its addresses and tasks as links; `task_path` is what comes before a number. */
void markdown_add_text(struct buffer *out, const char *text, size_t size, const char *task_path);
