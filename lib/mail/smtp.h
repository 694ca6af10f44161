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

enum { SMTP_OF_SESSION = -1, SMTP_DONE = -2 };

/* What the process of sessions tells its parent. */
struct smtp_report {
    int64_t index; /* of the letter; SMTP_OF_SESSION: about the session, for all letters not reported;
                      SMTP_DONE: the session has ended well, and the process can hold another */
    struct letter_result result;
};

/*
 * Makes what all sessions to this process's one server share. Sessions are processes of their own, and each
 * would spend a third of its time on making it again.
 */
void smtp_prepare(const struct smtp_server *server);

/*
 * Holds sessions until the parent is gone, one after another: letters come over the socket (letter_wire.h)
 * and are sent in order, each report but the last, SMTP_DONE, acknowledged by one byte before anything goes
 * on. A session that was encrypted or went wrong ends the process: the next one begins from clean memory.
 */
_Noreturn void smtp_serve(const struct smtp_server *server, int parent);
