#pragma once
/*
 * The link in each mail that stops mails without a session (RFC 8058): its token names one person and one
 * task, or all mails, and is signed, so that nobody can make one for another person.
 */

#include "base/words.h"
#include "domain/signature.h"

struct unsubscribe {
    int64_t user_id;
    int64_t task_id; /* 0: all mails */
};

/* The token of a link: "3.7.SIGNATURE". */
const char *unsubscribe_token(struct arena *arena, const struct signer *signer,
                              const struct unsubscribe *unsubscribe);

/* OUTCOME_INVALID where this server has not made the token, or with a key that is not good any more. */
MUST_CHECK enum outcome unsubscribe_read(const struct signer *signer, struct arena *arena, const char *token,
                                         struct unsubscribe *unsubscribe);

/* How it stands with the mails of a link. */
struct unsubscribe_state {
    enum language language; /* of the person */
    bool is_stopped;
};

/* OUTCOME_NOT_FOUND: the person is not there any more. */
MUST_CHECK enum outcome unsubscribe_find(struct db *db, struct arena *arena,
                                         const struct unsubscribe *unsubscribe,
                                         struct unsubscribe_state *state);

/*
 * Stops the mails, or lets them go on as they were. Stopping twice is stopping once. OUTCOME_NOT_FOUND: the
 * person or the task is not there any more.
 */
MUST_CHECK enum outcome unsubscribe_stop(struct db *db, const struct unsubscribe *unsubscribe);
MUST_CHECK enum outcome unsubscribe_resume(struct db *db, const struct unsubscribe *unsubscribe);
