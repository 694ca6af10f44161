#pragma once
/* The words of HTML that another program's editor made, as Markdown: paragraphs, lists, emphasis, links,
 * code. What else stands there loses its tags. */

#include "base/arena.h"

/* Any text is taken, HTML or not. */
const char *import_html(struct arena *arena, const char *html);
