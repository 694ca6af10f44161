#pragma once
/*
 * Access tokens: what a program shows instead of a session. A token is a person's, can do at most what its
 * scope says and what she may, runs out, and is kept as a hash.
 */

#include "domain/may.h"

/* In front of each token, so that those who look through code for secrets know one. */
#define API_TOKEN_PREFIX "pumasi_"

enum { API_TOKEN_MOST_NAME = 50, API_TOKEN_MOST_DAYS = 365, API_TOKEN_USUAL_DAYS = 90 };
enum { API_TOKEN_MOST = 50 }; /* of one person */

/* The words of the API, by place: read write admin, ended by NULL. */
extern const char *const API_TOKEN_SCOPES[];

struct api_token {
    int64_t id;
    const char *name;
    const char *scope; /* read write admin */
    int64_t created_at;
    int64_t expires_at;
};

struct api_token_new {
    const char *name;
    const char *scope;
    int64_t days; /* that it is good for: 1 to 365 */
};

/*
 * Sets *secret, which is told this once. OUTCOME_FORBIDDEN: `may` says no, or a member asks for the scope of
 * an administrator. OUTCOME_CONFLICT: the person has as many as one can have.
 */
MUST_CHECK enum outcome api_token_create(struct db *db, struct arena *arena, const struct actor *actor,
                                         const struct api_token_new *wanted, struct api_token *created,
                                         const char **secret);

/* Those of one person that are still good, the latest first. */
MUST_CHECK enum outcome api_token_list(struct db *db, struct arena *arena, int64_t user_id,
                                       struct api_token **list, size_t *count);

/* One of the actor's own. */
MUST_CHECK enum outcome api_token_delete(struct db *db, const struct actor *actor, int64_t id);

/* A token that was shown. */
struct api_token_use {
    int64_t id;
    enum scope scope;
    bool has_factor; /* its person has a second factor */
};

/* Whose it is, and how far it goes; OUTCOME_NOT_FOUND if it is none that is good. Writes nothing. */
MUST_CHECK enum outcome api_token_find(struct db *db, struct arena *arena, const char *secret,
                                       struct user *user, struct api_token_use *use);

/* Forgets those that have run out; for the clock. */
MUST_CHECK enum outcome api_token_clean(struct db *db);
