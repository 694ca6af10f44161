#pragma once
/* A message on its way: an envelope with one recipient, and how handing it over ended. */

#include "base/arena.h"

struct letter {
    int64_t id;              /* the delivery it belongs to */
    const char *return_path; /* envelope sender: where reports about it go */
    const char *recipient;   /* address */
    const char *message_id;  /* without angle brackets */
    const char *bytes;       /* the message, CR LF line ends */
    size_t size;
};

enum letter_state {
    LETTER_SENT,   /* the other side has taken charge of it */
    LETTER_RETRY,  /* not now: no connection, or a temporary refusal */
    LETTER_FAILED, /* never: refused for good */
};

/* How one letter ended. */
struct letter_result {
    enum letter_state state;
    bool is_bad_mailbox; /* LETTER_FAILED, and it always will: there is no such mailbox */
    char text[200];      /* what the other side said; "": nothing */
};

struct letter_end {
    const struct letter *letter;
    struct letter_result result;
};

/*
 * True if a refusal speaks of the mailbox itself: by its enhanced code 5.1.x (RFC 3463, 3.2) where the text
 * begins with one, else by 550, 551 and 553. A full mailbox, a policy, or a mail that is too large will pass.
 */
bool letter_names_bad_mailbox(int code, const char *text);
