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

/* An enhanced status code (RFC 3463), 5.1.1: for good, the address, no such mailbox. */
struct letter_status {
    int class;
    int subject;
    int detail;
};

/* The first code in a text: "5.1.1 no such user", "550-5.1.1 no such user", "no such user (#5.1.1)". False,
 * and *status untouched, where there is none. */
MUST_CHECK bool letter_find_status(const char *text, struct letter_status *status);

/* True for a refusal that is about who sends, not who is written to: a wrong setting here must not look like
 * many bad mailboxes. */
bool letter_blames_sender(const struct letter_status *status, const char *text);

/*
 * True if a refusal speaks of the mailbox itself: by its enhanced code 5.1.x where the text holds one, else
 * by 550, 551 and 553. A full mailbox, a policy, or a mail that is too large will pass.
 */
bool letter_names_bad_mailbox(int code, const char *text);
