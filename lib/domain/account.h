#pragma once
/*
 * A person's account: her password and her address, and what she may do with a token from a mail. A token
 * works once and for ten minutes (ASVS 6.5.1, 6.5.5); a newer one takes its place, and a new password or
 * address takes away what would undo it.
 *
 * Who forgot her password names an address. What is done about it then is the same whoever has it, if anybody
 * (ASVS 6.3.8): it is put down for the mailer, which alone looks for the person (account_mail.h).
 */

#include "domain/session.h"

enum {
    ACCOUNT_TOKEN_LIFETIME_S = 600,
    ACCOUNT_MAIL_EVERY_S = 600,   /* an address gets one mail with a token in that time, whoever asks */
    ACCOUNT_ADDRESS_EVERY_S = 60, /* a person asks for another address, which gets one, no sooner than that */
    ACCOUNT_MOST_ASKED = 20,      /* mails that one client may ask for in an hour */
    ACCOUNT_MOST_WAITING = 1000,
};

/* Sets a new password; all sessions of the person end but a new one for this browser. */
MUST_CHECK enum outcome account_change_password(struct db *db, struct arena *arena, const struct user *user,
                                                const char *password, const struct session_new *new_session,
                                                bool has_factor, const char **cookie);

/* Puts down that somebody at `client` forgot the password of an address. OUTCOME_THROTTLED: this client asks
 * too often, *retry_after_s says when to come back; OUTCOME_BUSY: too many wait. */
MUST_CHECK enum outcome account_ask_reset(struct db *db, struct arena *arena, const char *email,
                                          const char *client, int64_t *retry_after_s);

/* A code of a mail, and the address of the client that shows it: one that is not good is counted, and
 * OUTCOME_THROTTLED says that too many were not; *retry_after_s, when the next one is looked at. */
struct account_token {
    const char *text;
    const char *client;
};

/* Whose password the token may reset. OUTCOME_INVALID: nobody's, or nobody's any more. */
MUST_CHECK enum outcome account_find_reset(struct db *db, struct arena *arena,
                                           const struct account_token *token, struct user *user,
                                           int64_t *retry_after_s);

/* Uses the token to set a new password; all sessions of the person end. OUTCOME_INVALID as above; also where
 * the person cannot sign in at all. */
MUST_CHECK enum outcome account_reset(struct db *db, struct arena *arena, const char *token,
                                      const struct user *user, const char *password);

/* Uses the token to verify the address that its mail went to, which becomes the person's where it is one that
 * she asked for. OUTCOME_INVALID: the token is used, old or none; OUTCOME_EXISTS: somebody else has the
 * address by now. */
MUST_CHECK enum outcome account_verify(struct db *db, struct arena *arena, const struct account_token *token,
                                       int64_t *retry_after_s);

/* Asks for the mail that verifies once more; nothing where there is nothing to verify. OUTCOME_THROTTLED: the
 * last one is too young, *retry_after_s says when it is not. */
MUST_CHECK enum outcome account_ask_verify(struct db *db, const struct user *user, int64_t *retry_after_s);

/* Notes the address that the person wants, to be verified; her own takes the wish back. OUTCOME_THROTTLED:
 * she asked for another one just now, *retry_after_s says when she may again. */
MUST_CHECK enum outcome account_ask_address(struct db *db, struct arena *arena, const struct user *user,
                                            const char *email, struct user *updated, int64_t *retry_after_s);
