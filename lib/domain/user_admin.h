#pragma once
/* What is done to people: their rights given and taken, and their end. */

#include "domain/may.h"
#include "domain/proof.h"

/* Who acts at the server itself, through `pumasi`. */
extern const struct actor ACTOR_AT_SERVER;

/* NULL leaves it as it is. */
struct user_rights {
    const bool *is_admin;
    const bool *is_disabled; /* out at once: sessions and tokens end, no mails (ASVS 7.4.2) */
};

/* OUTCOME_CONFLICT: nobody would be left to administer; the database's trigger sees to it. */
MUST_CHECK enum outcome user_set_rights(struct db *db, struct arena *arena, const struct actor *actor,
                                        int64_t id, const struct user_rights *rights, struct user *updated);

/*
 * Ends an account for good. Tasks and comments stay; name, address, password, wishes, sessions, tokens,
 * watches and waiting mails go, and so does what the log says of the person besides that something happened.
 * Who deletes herself proves with `proof` that she is the one; others need none.
 *
 * OUTCOME_FORBIDDEN: `may` says no. OUTCOME_INVALID: the proof is not right. OUTCOME_THROTTLED:
 * *why says when to come back. OUTCOME_CONFLICT: as above.
 */
MUST_CHECK enum outcome user_delete(struct db *db, struct arena *arena, const struct actor *actor, int64_t id,
                                    const struct proof *proof, struct proof_result *why);
