#include "domain/sign_in.h"

#include "domain/factor.h"
#include "domain/password.h"
#include "domain/throttle.h"

DB_QUERY(
    ACCOUNT_FIND,
    "SELECT id, CASE WHEN disabled_at IS NULL THEN password_hash END FROM \"user\" WHERE email_key = $1");

static enum outcome find_account(struct db *db, struct arena *arena, const char *email, int64_t *id,
                                 const char **hash) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &ACCOUNT_FIND, &rows, db_text(user_email_key(arena, email)));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW) {
        *id = db_get_integer(rows, 0);
        *hash = db_get_text(rows, 1, arena);
    }
    db_finish(rows);
    return outcome_of(result);
}

/* The second factor of who has one. OUTCOME_FORBIDDEN: the code is wrong; *needs_code tells that there is
 * one. */
static enum outcome check_factor(struct db *db, struct arena *arena, int64_t user_id,
                                 const struct sign_in *sign_in, bool *needs_code, struct factor_use *use) {
    struct factor factor = {0};
    enum outcome outcome = factor_find(db, arena, sign_in->factor_key, user_id, &factor);
    *needs_code = outcome == OUTCOME_OK && factor.is_on;
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    if (*needs_code && sign_in->code)
        return factor_verify(db, arena, user_id, &factor, sign_in->code, use);
    return outcome;
}

/* `hash` is the one that the password matched. */
static enum outcome begin_session(struct db *db, struct arena *arena, int64_t user_id,
                                  const struct sign_in *sign_in, const char *hash,
                                  const struct throttle *throttle, const struct factor_use *use,
                                  const char **cookie) {
    /* Only now is the password at hand to hash it as one does today. Where there is no memory for that, the
     * next time will do. */
    const char *renewed = password_is_dated(hash) ? password_hash(arena, sign_in->password) : NULL;
    enum outcome outcome = outcome_of(db_begin_write(db, user_id));
    if (outcome == OUTCOME_OK && renewed)
        outcome = outcome_of(user_renew_hash(db, user_id, hash, renewed));
    if (outcome == OUTCOME_OK && use)
        outcome = factor_use_up(db, use);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(throttle_forget(db, throttle));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(session_insert(db, arena, user_id, &sign_in->session, use != NULL, cookie));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

/* Behind the right password. */
static enum outcome sign_in_person(struct db *db, struct arena *arena, int64_t user_id,
                                   const struct sign_in *sign_in, const char *hash,
                                   const struct throttle *throttle, struct signed_in *signed_in) {
    struct factor_use use;
    enum outcome outcome = check_factor(db, arena, user_id, sign_in, &signed_in->needs_code, &use);
    if (outcome == OUTCOME_OK && signed_in->needs_code && !sign_in->code)
        return OUTCOME_FORBIDDEN;
    if (outcome == OUTCOME_OK)
        outcome = begin_session(db, arena, user_id, sign_in, hash, throttle,
                                signed_in->needs_code ? &use : NULL, &signed_in->cookie);
    if (outcome == OUTCOME_FORBIDDEN) {
        enum outcome counted = throttle_fail(db, throttle, user_id);
        return counted == OUTCOME_OK ? OUTCOME_FORBIDDEN : counted;
    }
    return outcome == OUTCOME_OK ? user_find(db, arena, user_id, &signed_in->user) : outcome;
}

enum outcome sign_in_try(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                         struct signed_in *signed_in) {
    const struct throttle throttle = throttle_of_account(arena, sign_in->email, sign_in->address);
    enum outcome outcome = throttle_check(db, &throttle, &signed_in->retry_after_s);
    if (outcome != OUTCOME_OK)
        return outcome;
    int64_t id = 0;
    const char *hash = NULL;
    outcome = find_account(db, arena, sign_in->email, &id, &hash);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (password_matches(arena, hash, sign_in->password))
        return sign_in_person(db, arena, id, sign_in, hash, &throttle, signed_in);
    outcome = throttle_fail(db, &throttle, id);
    return outcome == OUTCOME_OK ? OUTCOME_FORBIDDEN : outcome;
}
