#pragma once
/* The invitations that can still be used, and a form to make one. */

#include "domain/invitation.h"
#include "http/page.h"

/* `link` is that of the one just made, shown this once; NULL: none was. */
void page_invitations(struct buffer *out, const struct user *viewer, const struct invitation *invitations,
                      size_t count, const char *link);
