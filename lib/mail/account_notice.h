#pragma once
/* What a mail about an account says, in the reader's language. It has no link to stop it: it comes whatever a
 * person wishes of mails. How it looks stands in lib/mail/templates. */

#include "domain/delivery.h"
#include "mail/message.h"

struct account_notice {
    const struct delivery *delivery; /* with a purpose */
    const char *token;               /* of a purpose that has one */
    const char *base_url;            /* without a slash at the end */
    const char *host;                /* of Message-IDs and List-Id */
    const char *sender;              /* address */
    int64_t now;
};

/* The message, ready to be written. */
struct message account_notice_message(struct arena *arena, const struct account_notice *notice);
