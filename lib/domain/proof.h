#pragma once
/* Who is signed in says once more who she is, before what guards her account changes (ASVS 7.5.1): by her
 * password, and where a factor is asked for and she has one, by a code as well. */

#include "domain/factor.h"

struct proof {
    const char *password;
    bool asks_factor;
    const char *code; /* of the second factor, or a recovery code, which it uses up; NULL: none was given */
    const struct factor_key *key; /* NULL: lost; who has no second factor does not need it */
    const char *address;          /* of the client, for the throttle */
};

enum proof_fault { PROOF_PASSWORD_WRONG, PROOF_CODE_MISSING, PROOF_CODE_WRONG };

struct proof_result {
    enum proof_fault fault; /* where OUTCOME_FORBIDDEN */
    int64_t retry_after_s;  /* where OUTCOME_THROTTLED */
};

/* OUTCOME_FORBIDDEN: something is not right, which was counted, or there is no code where one is needed.
 * OUTCOME_THROTTLED: nothing was checked. */
MUST_CHECK enum outcome proof_check(struct db *db, struct arena *arena, int64_t user_id,
                                    const struct proof *proof, struct proof_result *why);
