#pragma once
/*
 * The second factor: an authenticator app (totp.h), and ten recovery codes for who lost it.
 *
 *     none --> begun --> on --> none
 *                 (a code came back)  (removed by its owner, or reset by the administrator)
 *
 * The app's secret is derived from the server's key, the person and a random nonce, so that the database
 * alone does not give it away; of recovery codes there are hashes. Each code is taken once (ASVS 6.5.1).
 * Going on or away ends all sessions of the person, by a trigger; who did it gets a new one.
 */

#include "base/random.h"
#include "domain/session.h"
#include "domain/totp.h"

enum { FACTOR_RECOVERY_CODES = 10 };

/* What all secrets are derived from: it lives with the server, and whoever changes it ends all factors. */
struct factor_key {
    unsigned char bytes[SHA256_BYTES];
};

struct factor {
    bool is_on;           /* else begun */
    int64_t confirmed_at; /* 0: not yet */
    int64_t recovery_left;
    int64_t last_step;
    unsigned char secret[TOTP_SECRET_BYTES];
};

/* OUTCOME_NOT_FOUND: none, not even begun. */
MUST_CHECK enum outcome factor_find(struct db *db, struct arena *arena, const struct factor_key *key,
                                    int64_t user_id, struct factor *factor);

/* Begins with a new secret. OUTCOME_EXISTS: there is one that is on, which stays. */
MUST_CHECK enum outcome factor_begin(struct db *db, struct arena *arena, int64_t user_id);

/* What the person gets back when her first code has come. */
struct factor_confirmed {
    const char *recovery_codes[FACTOR_RECOVERY_CODES]; /* shown now, and never again */
    const char *cookie;                                /* of the new session */
};

/* OUTCOME_FORBIDDEN: the code is not right. OUTCOME_NOT_FOUND: none is begun, or it is on already. */
MUST_CHECK enum outcome factor_confirm(struct db *db, struct arena *arena, const struct factor_key *key,
                                       int64_t user_id, const char *code,
                                       const struct session_new *new_session,
                                       struct factor_confirmed *confirmed);

/* A code that proved right, to be used up by what it is given for. */
struct factor_use {
    int64_t user_id;
    int64_t step; /* 0: a recovery code */
    unsigned char recovery_hash[SHA256_BYTES];
};

/* OUTCOME_FORBIDDEN: neither a code of the app now nor a recovery code that is left. Spaces and dashes in it
 * and its case do not matter. Writes nothing. */
MUST_CHECK enum outcome factor_verify(struct db *db, struct arena *arena, int64_t user_id,
                                      const struct factor *factor, const char *code, struct factor_use *use);

/* Inside a write transaction. OUTCOME_FORBIDDEN: somebody else used it up meanwhile. */
MUST_CHECK enum outcome factor_use_up(struct db *db, const struct factor_use *use);

/* Takes it away, with its recovery codes, and signs this browser in anew. */
MUST_CHECK enum outcome factor_remove(struct db *db, struct arena *arena, int64_t user_id,
                                      const struct session_new *new_session, const char **cookie);

/* Takes it away for somebody who lost it. OUTCOME_NOT_FOUND: there is none. */
MUST_CHECK enum outcome factor_reset(struct db *db, int64_t user_id);
