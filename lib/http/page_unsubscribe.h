#pragma once
/* The page behind the link in each mail that stops mails. */

#include "domain/unsubscribe.h"
#include "http/page.h"

/* Asks whether to stop the mails, or says that they are and offers them again, in the language of their
 * reader. Whoever the link was forwarded to learns the task's number and no more. */
void page_unsubscribe(struct buffer *out, const char *token, const struct unsubscribe *unsubscribe,
                      const struct unsubscribe_state *state);
