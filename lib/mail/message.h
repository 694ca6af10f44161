#pragma once
/*
 * A mail as bytes: RFC 5322 with MIME, two forms of the same text. Whatever stands in a field, the result is
 * valid and no header can be injected: control characters become spaces, other scripts are encoded (RFC
 * 2047), bodies are base64, so that long lines, lone newlines, leading dots and 8-bit bytes never meet a mail
 * server.
 */

#include "base/words.h"

struct message {
    const char *from_name;
    const char *from_address;
    const char *to_name;
    const char *to_address;
    const char *subject;
    const char *message_id;      /* "task-7.12.3.x@host": the same at each try */
    const char *thread_id;       /* of the thing it is about: mails that share it come together; NULL: none */
    const char *list_id;         /* "pumasi.host" (RFC 2919) */
    const char *const *requests; /* by which happened what it tells */
    size_t request_count;
    const char *unsubscribe_url; /* where a POST stops these mails (RFC 8058); NULL: none */
    int64_t date;
    enum language language;
    const char *text;
    const char *html;
};

/* The whole message with CR LF line ends. */
struct buffer message_write(struct arena *arena, const struct message *message);
