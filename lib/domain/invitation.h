#pragma once
/* Leave to make one account, as a link that whoever holds it uses once. Only a hash of its token is kept. */

#include "domain/may.h"

enum { INVITATION_LIFETIME_S = 7 * 24 * 3600 };

struct invitation {
    int64_t id;
    const char *email; /* for this address only; NULL: for any */
    bool is_admin;     /* the role that the account gets */
    struct person creator;
    int64_t created_at;
    int64_t expires_at;
};

struct invitation_new {
    const char *email; /* NULL: for any */
    bool is_admin;
};

/* Sets *token, which is told this once. OUTCOME_FORBIDDEN: `may` says no. */
MUST_CHECK enum outcome invitation_create(struct db *db, struct arena *arena, const struct actor *actor,
                                          const struct invitation_new *wanted, struct invitation *created,
                                          const char **token);

/* The address that a person opens: the token stands behind the "#", which no server and no log sees. */
const char *invitation_link(struct arena *arena, const char *base_url, const char *token);

/* The token of what was typed: itself, or the whole link. */
const char *invitation_token(const char *typed);

/* All that can still be used, the latest first. */
MUST_CHECK enum outcome invitation_list(struct db *db, struct arena *arena, struct invitation **list,
                                        size_t *count);

MUST_CHECK enum outcome invitation_delete(struct db *db, const struct actor *actor, int64_t id);

/* Whether the token lets somebody with this address in. OUTCOME_FORBIDDEN: it does not, or not any more. */
MUST_CHECK enum outcome invitation_check(struct db *db, const char *token, const char *email_key);

/* Inside the write transaction that makes the account: uses it up, and tells the role. As above. */
MUST_CHECK enum outcome invitation_use(struct db *db, const char *token, const char *email_key,
                                       bool *is_admin);

/* Forgets those that have expired; for the clock. */
MUST_CHECK enum outcome invitation_clean(struct db *db);
