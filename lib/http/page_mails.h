#pragma once
/* Who was mailed about an event: a small envelope with names behind its sentence, and on demand how each
 * person was told or why not. www/script/mails.js draws the same in the browser. */

#include "domain/event.h"
#include "http/page.h"

/* Nothing where nobody but the one who did it could have been told. */
void page_mails(struct buffer *out, enum language language, const struct event *event, int64_t now);
