#pragma once
/* What a mail says: from what happened to a task to subject, text and HTML in the reader's language. */

#include "domain/delivery.h"
#include "mail/message.h"

struct notice {
    const struct delivery *delivery;
    const struct delivery_content *content;
    const char *base_url; /* without a slash at the end */
    const char *host;     /* of Message-IDs and List-Id */
    const char *sender;   /* address */
};

/* The message, ready to be written. */
struct message notice_message(struct arena *arena, const struct notice *notice);

/* The host of a base address: "pumasi.example.org" of "https://pumasi.example.org:8080/x". */
const char *notice_host(struct arena *arena, const char *base_url);
