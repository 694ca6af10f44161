#pragma once
/*
 * Failed tries to prove who one is, counted for the account and for the client's address: passwords and codes
 * alike. Counts are bounded in number and gone after a day.
 *
 * After 5 failures for an account, or 50 from an address, each further one doubles the wait, up to 15
 * minutes, so that nobody is locked out for good (ASVS 6.3.1).
 */

#include "base/random.h"
#include "domain/outcome.h"

struct throttle {
    unsigned char account[SHA256_BYTES];
    unsigned char address[SHA256_BYTES];
};

/* Of who signs in, by the address that was typed, and of a client. */
struct throttle throttle_of_account(struct arena *arena, const char *email, const char *client);

/* Of who is signed in and says so again: apart, so that nobody without a session can be in her way. */
struct throttle throttle_of_person(struct arena *arena, int64_t user_id, const char *client);

/* Of who shows what she may only guess, a code from a mail or an address that might have an account: each
 * wrong one counts against itself and the client. */
struct throttle throttle_of_guess(struct arena *arena, const char *guess, const char *client);

/* OUTCOME_THROTTLED: nothing is to be checked before *retry_after_s seconds. */
MUST_CHECK enum outcome throttle_check(struct db *db, const struct throttle *throttle,
                                       int64_t *retry_after_s);

/* Counts a failure, and logs it; `user_id` 0: of no account. */
MUST_CHECK enum outcome throttle_fail(struct db *db, const struct throttle *throttle, int64_t user_id);

/* Forgets the account's failures. Inside a write transaction. */
MUST_CHECK enum db_result throttle_forget(struct db *db, const struct throttle *throttle);

/* Keeps the latest ten thousand, of whatever kind: storage is bounded. Inside a write transaction. */
MUST_CHECK enum db_result throttle_bound(struct db *db);

/* Forgets what is older than a day. Inside a write transaction; for the clock. */
MUST_CHECK enum db_result throttle_clean(struct db *db);
