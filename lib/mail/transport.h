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

/* Told of each letter as soon as its end is known, before the next one is sent. False: record failed, stop
 * here. */
typedef bool transport_report(void *with, const struct letter *letter, const struct letter_result *result);

/*
 * Hands letters over, in order, within `deadline_s` (it is kept from outside: a session that hangs is
 * killed). Letters that were not reached are reported as LETTER_RETRY. False if a report returned false.
 */
MUST_CHECK bool transport_send(const struct transport *transport, struct arena *arena, const char *sender,
                               const struct letter *letters, size_t count, unsigned deadline_s,
                               transport_report *report, void *with);
