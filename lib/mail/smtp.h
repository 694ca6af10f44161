#pragma once
/*
 * One SMTP session over libesmtp, in a process of its own: it may hang or die with nothing else harmed, and a
 * library that has seen one STARTTLS is not used for a second (libesmtp 1.1.0 crashes then). The other end of
 * `reports` bounds its time, records each result, and lets it go on: see transport.c.
 *
 * TLS is required unless the host is this machine; certificate and name are checked then, TLS 1.2 at least.
 */

#include "mail/letter.h"

struct smtp_server {
    const char *host;
    const char *port;
    const char *user;     /* NULL: no authentication */
    const char *password; /* NULL without user */
    const char *ca_file;  /* certificates to trust instead of the system's; NULL: the system's */
    bool is_local;        /* loopback: TLS only if offered, and its certificate checked only with ca_file */
};

/* What the session tells its parent, one record a letter. */
struct smtp_report {
    size_t index; /* of the letter; SIZE_MAX: about the session, for all letters not reported */
    struct letter_result result;
};

/*
 * Makes what all sessions to this process's one server share. Sessions are processes of their own, and each
 * would spend a third of its time on making it again.
 */
void smtp_prepare(const struct smtp_server *server);

/* Sends the letters in order, each report acknowledged by one byte before the next letter; then ends the
 * process. */
_Noreturn void smtp_run(const struct smtp_server *server, const struct letter *letters, size_t count,
                        int reports);
