#pragma once
/* Where mails go: the `mail` setting, "smtp://user:password@host:587" or "maildir:DIR". */

#include "mail/smtp.h"

struct transport {
    const char *directory;     /* of the maildir; NULL: it is a server */
    struct smtp_server server; /* if directory is NULL */
};

/*
 * Reads the setting. "?ca=FILE" behind a server names certificates to trust; user and password are
 * percent-encoded. NULL with *error set where it is not understood.
 */
MUST_CHECK const struct transport *transport_read(struct arena *arena, const char *setting,
                                                  const char **error);

enum {
    TRANSPORT_LETTERS_A_SESSION = 100,
    TRANSPORT_MOST_SESSIONS = 4 /* at once: small servers allow few */
};

/*
 * Told of the letters whose end is known, each once, before any session that sent one of them goes on: what
 * is made durable here is at most one letter a session behind what the server has taken. False: record
 * failed, stop here.
 */
typedef bool transport_report(void *with, const struct letter_end *ends, size_t count);

/*
 * Hands letters over within `deadline_s` (it is kept from outside: a session that hangs is killed), by one
 * session, or several at once where there are more letters than one takes. Letters that were not reached are
 * reported as LETTER_RETRY. False if a report returned false.
 */
MUST_CHECK bool transport_send(const struct transport *transport, struct arena *arena,
                               const struct letter *letters, size_t count, unsigned deadline_s,
                               transport_report *report, void *with);
