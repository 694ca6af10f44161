#pragma once
/*
 * Signing in and out. A session is a row with the hash of a random token that the browser keeps in a cookie.
 * It is written when a sign-in succeeds; a failure leaves one event and a row of the bounded throttle.
 */

#include "domain/user.h"

enum { SESSION_LIFETIME_S = 30 * 24 * 3600 };

struct sign_in {
    const char *email;
    const char *password;
    const char *address; /* of the client, for the throttle */
};

/*
 * OUTCOME_OK: *user and *token (for the cookie) are set. OUTCOME_FORBIDDEN: wrong address or password, told
 * apart by neither answer nor time. OUTCOME_THROTTLED: *retry_after_s says when to come back; nothing was
 * checked.
 *
 * After 5 failures for an account, or 50 from an address, each further one doubles the wait, up to 15
 * minutes, so that nobody is locked out for good (ASVS 6.3.1). A day without failures forgets them.
 */
MUST_CHECK enum outcome session_sign_in(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                                        struct user *user, const char **token, int64_t *retry_after_s);

/* A session for somebody whose account was just made. */
MUST_CHECK enum outcome session_create(struct db *db, struct arena *arena, int64_t user_id,
                                       const char **token);

/* Whose session it is; OUTCOME_NOT_FOUND if it has ended. Writes nothing. */
MUST_CHECK enum outcome session_find(struct db *db, struct arena *arena, const char *token,
                                     struct user *user);

MUST_CHECK enum outcome session_end(struct db *db, int64_t user_id, const char *token);

/* Asks somebody who is signed in for her password again (ASVS 7.5.1). Outcomes as session_sign_in; a wrong
 * one counts as a failed sign-in, so that an open browser is no place to guess at. */
MUST_CHECK enum outcome session_confirm(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                                        int64_t *retry_after_s);

/* Inside a write transaction: ends all sessions of a person (ASVS 7.4.2, 7.4.3). */
MUST_CHECK enum db_result session_end_all(struct db *db, int64_t user_id);

/* Inside a write transaction: the same, and begins a new one for this browser. */
MUST_CHECK enum db_result session_replace_all(struct db *db, struct arena *arena, int64_t user_id,
                                              const char **token);

/* Inside a write transaction: failed sign-ins to this account count no more. */
MUST_CHECK enum db_result session_forgive(struct db *db, struct arena *arena, const char *email);

/* Forgets expired sessions and old failures; for the clock. */
MUST_CHECK enum outcome session_clean(struct db *db);
