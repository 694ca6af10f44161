#pragma once
/* The overview as three pages of tables, for people without JavaScript. */

#include "domain/overview.h"
#include "http/page.h"

void page_week(struct buffer *out, const struct user *viewer, const struct overview_week *week);
void page_flow(struct buffer *out, const struct user *viewer, const struct overview_flow *flow);
void page_loads(struct buffer *out, const struct user *viewer, const struct overview_people *people);
