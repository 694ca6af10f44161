#pragma once
/*
 * What a mail says: from what happened to tasks to subject, text and HTML in the reader's language. How it
 * looks stands in lib/mail/templates; here is found what they name.
 */

#include "domain/delivery.h"
#include "mail/message.h"

struct notice {
    const struct delivery *delivery;
    const struct delivery_content *content; /* with news: nothing is no mail */
    const char *base_url;                   /* without a slash at the end */
    const char *host;                       /* of Message-IDs and List-Id */
    const char *sender;                     /* address */
    const char *unsubscribe_url;            /* stops all mail to the reader; NULL: no such link */
    const char *mute_url;                   /* stops this task's; NULL: none, as in a daily mail */
    int64_t now;                            /* the mail's date; due days are told as seen from here */
};

/* The message, ready to be written. */
struct message notice_message(struct arena *arena, const struct notice *notice);

/* The host of a base address: "pumasi.example.org" of "https://pumasi.example.org:8080/x". */
const char *notice_host(struct arena *arena, const char *base_url);
