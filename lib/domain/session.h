#pragma once
/*
 * A session is a row with the hash of a random token that the browser keeps in a cookie.
 * It is written when a sign-in succeeds; a failure leaves one event and a row of the bounded throttle.
 *
 * A session ends by its age, and when nobody uses it. A reading request writes nothing, so the time of last
 * use travels in the cookie: TOKEN.STAMP.MAC, where STAMP is an hour since 1970 and MAC signs it with a key
 * that only the session's row has. So whoever can read sessions, as each function does, can check a stamp
 * without the server's secret, and a browser cannot make one.
 */

#include "domain/user.h"

enum { SESSION_STAMP_S = 3600, SESSION_MOST_BROWSER = 200, SESSION_MOST = 50 };

/* One signed-in browser. */
struct session {
    int64_t id;
    int64_t created_at;
    int64_t expires_at;  /* however much it is used */
    bool has_factor;     /* signed in with a second factor */
    const char *browser; /* how it called itself then, "" if it did not */
    const char *renewed; /* the cookie to set for its use in a new hour; NULL: the one it has will do */
};

/* A session to be made. */
struct session_new {
    int64_t lifetime_s;
    const char *browser; /* its User-Agent, whatever that may be; NULL: it did not say */
    const char *former;  /* the cookie that this browser had before: its session ends; NULL: none */
};

/*
 * A session for somebody whose account was just made. The token is always new (ASVS 7.2.4); of one person's
 * sessions the latest 50 stay (ASVS 7.1.2).
 */
MUST_CHECK enum outcome session_create(struct db *db, struct arena *arena, int64_t user_id,
                                       const struct session_new *new_session, const char **cookie);

/* The same inside a write transaction. */
MUST_CHECK enum db_result session_insert(struct db *db, struct arena *arena, int64_t user_id,
                                         const struct session_new *new_session, bool has_factor,
                                         const char **cookie);

/* Whose session it is; OUTCOME_NOT_FOUND if it has ended, by its age or for having rested longer than
 * `idle_hours`, which is seen to the hour (ASVS 7.3.1, 7.3.2). Writes nothing. */
MUST_CHECK enum outcome session_find(struct db *db, struct arena *arena, const char *cookie,
                                     int64_t idle_hours, struct session *session, struct user *user);

/* This person's sessions, the latest first; *sessions lives in the arena. Those that rested too long are
 * among them until their age ends them: only their browsers know. */
MUST_CHECK enum outcome session_list(struct db *db, struct arena *arena, int64_t user_id,
                                     struct session **sessions, size_t *count);

/* Ends one of this person's sessions; OUTCOME_NOT_FOUND if it is none of hers. */
MUST_CHECK enum outcome session_end(struct db *db, int64_t user_id, int64_t session_id);

/* Ends all of this person's sessions but one (ASVS 7.4.3, 7.5.2); 0: all. */
MUST_CHECK enum outcome session_end_others(struct db *db, int64_t user_id, int64_t session_id);

/* Ends everybody's sessions, for an administrator who fears the worst (ASVS 7.4.5); *ended is their number.
 */
MUST_CHECK enum outcome session_end_every(struct db *db, int64_t *ended);

/* Inside a write transaction: ends all sessions of a person (ASVS 7.4.2, 7.4.3). */
MUST_CHECK enum db_result session_end_all(struct db *db, int64_t user_id);

/* Inside a write transaction: the same, and begins a new one for this browser. */
MUST_CHECK enum db_result session_replace_all(struct db *db, struct arena *arena, int64_t user_id,
                                              const struct session_new *new_session, bool has_factor,
                                              const char **cookie);

/* Forgets expired sessions and old failures; for the clock. */
MUST_CHECK enum outcome session_clean(struct db *db);
