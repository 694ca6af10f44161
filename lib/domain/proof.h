#pragma once
/* Who is signed in says once more who she is, before what guards her account changes (ASVS 7.5.1). */

#include "domain/factor.h"

struct proof {
    const char *password; /* NULL: a code is given */
    const char *code;     /* of the second factor, or a recovery code, which it uses up */
    const struct factor_key *key;
    const char *address; /* of the client, for the throttle */
};

/* OUTCOME_FORBIDDEN: it is not right, which was counted. OUTCOME_THROTTLED: *retry_after_s says when to come
 * back; nothing was checked. */
MUST_CHECK enum outcome proof_check(struct db *db, struct arena *arena, int64_t user_id,
                                    const struct proof *proof, int64_t *retry_after_s);
