#pragma once
/* A message on its way: an envelope with one recipient, and how handing it over ended. */

#include "base/arena.h"

struct letter {
    int64_t id;             /* the delivery it belongs to */
    const char *recipient;  /* address */
    const char *message_id; /* without angle brackets */
    const char *bytes;      /* the message, CR LF line ends */
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
    char text[200]; /* what the other side said; "": nothing */
};

struct letter_end {
    const struct letter *letter;
    struct letter_result result;
};
