#pragma once
/* One's access tokens, and a form to make one. */

#include "domain/api_token.h"
#include "http/page.h"

struct tokens_view {
    const struct user *viewer;
    const struct api_token *tokens;
    size_t count;
    int day_file;       /* knows when each was used */
    const char *secret; /* of the one just made, shown this once; NULL: none was */
};

void page_tokens(struct buffer *out, const struct tokens_view *view);

/* What the settings end with: where tokens are, all that is stored about oneself, and the end of the account.
 */
void page_own_data(struct buffer *out, const struct user *viewer);
