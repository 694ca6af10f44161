#pragma once
/* Where mails go: the `mail` setting, "smtp://user:password@host:587" or "maildir:DIR". */

#include "mail/smtp.h"

#include <sys/types.h>

enum {
    TRANSPORT_LETTERS_A_SESSION = 100,
    TRANSPORT_MOST_SESSIONS = 4 /* at once: small servers allow few */
};

/* A process that holds sessions with the server, one after another. */
struct transport_process {
    pid_t id;
    int socket; /* -1: it does not run */
};

struct transport {
    const char *directory;     /* of the maildir; NULL: it is a server */
    struct smtp_server server; /* if directory is NULL */
    struct transport_process processes[TRANSPORT_MOST_SESSIONS];
};

/*
 * Reads the setting. "?ca=FILE" behind a server names certificates to trust; user and password are
 * percent-encoded. NULL with *error set where it is not understood. It ends with transport_close.
 */
MUST_CHECK struct transport *transport_read(struct arena *arena, const char *setting, const char **error);

/* Ends what transport_send has started. */
void transport_close(struct transport *transport);

/*
 * Told of the letters whose end is known, each once, before any session that sent one of them goes on: what
 * is made durable here is at most one letter a session behind what the server has taken. False: record
 * failed, stop here.
 */
typedef bool transport_report(void *with, const struct letter_end *ends, size_t count);

/* Called while the server is waited for, to do a little of something else: the sessions wait for as long as
 * it takes, so a commit is the most that it should be. False: there is nothing more to do. */
typedef bool transport_meanwhile(void *with);

struct transport_listener {
    transport_report *report;
    transport_meanwhile *meanwhile; /* NULL: nothing */
    void *with;                     /* given to both */
};

/*
 * Hands letters over within `deadline_s` (it is kept from outside: a session that hangs is killed), by one
 * session, or several at once where there are more letters than one takes. Letters that were not reached are
 * reported as LETTER_RETRY. False if a report returned false.
 */
MUST_CHECK bool transport_send(struct transport *transport, struct arena *arena, const struct letter *letters,
                               size_t count, unsigned deadline_s, const struct transport_listener *listener);
