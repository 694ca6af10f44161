#pragma once
/*
 * Signing in with a password, and with a second factor where there is one. What only reads sessions does not
 * need this file, nor the library of password hashes behind it.
 */

#include "domain/session.h"

struct factor_key;

struct sign_in {
    const char *email;
    const char *password;
    const char *code;                    /* of the second factor, or a recovery code; NULL: none was given */
    const struct factor_key *factor_key; /* NULL: lost; who has no second factor signs in all the same */
    const char *address;                 /* of the client, for the throttle */
    struct session_new session;
};

struct signed_in {
    struct user user;
    const char *cookie;
    int64_t retry_after_s;
    bool needs_code; /* the password is right, and there is a second factor */
};

/*
 * OUTCOME_OK: user and cookie are set. OUTCOME_FORBIDDEN: wrong address or password, told apart by neither
 * answer nor time; or, with needs_code, the code is wrong or was not given. OUTCOME_THROTTLED: retry_after_s
 * says when to come back; nothing was checked. A wrong code counts as a failure, a missing one does not.
 */
MUST_CHECK enum outcome sign_in_try(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                                    struct signed_in *signed_in);
