#pragma once
/*
 * The administrator's settings: one `key = value` file, named by PUMASI_CONFIG (default /etc/pumasi.conf),
 * each key overridable as PUMASI_KEY in the environment. An unknown key or a bad value is an error that names
 * the line and says what is allowed. KEY_file = PATH takes the value of a secret from a file.
 */

#include "base/arena.h"

enum registration { REGISTRATION_OPEN, REGISTRATION_INVITE, REGISTRATION_CLOSED, REGISTRATION_COUNT };

enum second_factor { SECOND_FACTOR_OPTIONAL, SECOND_FACTOR_ADMINS, SECOND_FACTOR_ALL };

struct config {
    enum registration registration; /* who may make an account of his own */
    const char *base_url;           /* where people reach it, without a slash at the end */
    const char *trusted_proxy;      /* addresses, with commas; NULL: X-Forwarded-For is nobody's word */
    const char *database;           /* path of the SQLite file */
    const char *link_keys; /* path of the file of keys; by default the database's with "-keys" behind */
    const char *log;       /* path; NULL is standard error */
    enum second_factor second_factor; /* who must have one to sign in */
    int64_t session_days;             /* that a sign-in lasts, however much it is used: 1 to 400 */
    int64_t session_idle_hours;       /* without use that end a session: 1 to 9600 */
    int64_t changes_a_minute;         /* of one person, after ten times as many at once: 1 to 60000 */
    int64_t log_days;                 /* that events are kept; 0: for ever, else 7 at least */
    const char *mail;                 /* "smtp://user:password@host:587" or "maildir:DIR" */
    const char *mail_from;            /* the sender's address */
    int64_t mail_delay_s;             /* rest before the edits of one task are mailed: 0 to 3600 */
    int64_t mail_rate;                /* mails a minute; 0: no bound */
    const char *mail_bounce;          /* mailbox of reports, an address; NULL: mail_from gets them */
    const char *mail_bounces;         /* maildir that they lie in; NULL: they come on standard input */
};

/* Reads file and environment. NULL with *error set (in the arena) if something is wrong. */
MUST_CHECK const struct config *config_read(struct arena *arena, const char **error);

/* Every key with its value and meaning, for `pumasi config`. */
struct config_row {
    const char *key;
    const char *value;
    const char *meaning;
};
/* Sets *count; a password inside a value is replaced by "***". */
const struct config_row *config_rows(struct arena *arena, const struct config *config, size_t *count);
