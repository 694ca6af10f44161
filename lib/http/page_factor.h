#pragma once
/* The pages of the second factor: to get one, to see and remove it, and to sign in with it without
 * JavaScript. */

#include "domain/factor.h"
#include "http/page.h"

struct page_factor {
    const struct factor *factor; /* NULL: none */
    bool is_required;            /* nothing else can be done without one */
    const char *secret;          /* of one that is begun, else NULL */
    const char *uri;
    const struct fault *faults; /* of what was sent; NULL: none */
};

void page_factor(struct buffer *out, const struct user *viewer, const struct page_factor *page);

/* The codes to keep, which are shown this once. */
void page_recovery_codes(struct buffer *out, const struct user *viewer,
                         const struct factor_confirmed *confirmed);

/* Signing in with a code; `detail` says what is missing or wrong. */
void page_code(struct buffer *out, enum language language, const char *email, enum words_key detail);
