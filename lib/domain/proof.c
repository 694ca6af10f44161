#include "domain/proof.h"

#include "domain/password.h"
#include "domain/throttle.h"

DB_QUERY(PROOF_PASSWORD, "SELECT password_hash FROM \"user\" WHERE id = $1");

static enum outcome check_password(struct db *db, struct arena *arena, int64_t user_id,
                                   const char *password) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &PROOF_PASSWORD, &rows, db_integer(user_id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    const char *hash = result == DB_ROW ? db_get_text(rows, 0, arena) : NULL;
    db_finish(rows);
    if (outcome_of(result) != OUTCOME_OK)
        return outcome_of(result);
    return password_matches(arena, hash, password) ? OUTCOME_OK : OUTCOME_FORBIDDEN;
}

static enum outcome use_up(struct db *db, int64_t user_id, const struct factor_use *use) {
    enum outcome outcome = outcome_of(db_begin_write(db, user_id));
    if (outcome == OUTCOME_OK)
        outcome = factor_use_up(db, use);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

/* Of who has a second factor. */
static enum outcome check_code(struct db *db, struct arena *arena, int64_t user_id, const struct proof *proof,
                               enum proof_fault *fault) {
    struct factor factor = {0};
    struct factor_use use;
    enum outcome outcome = factor_find(db, arena, proof->key, user_id, &factor);
    if (outcome == OUTCOME_NOT_FOUND || (outcome == OUTCOME_OK && !factor.is_on))
        return OUTCOME_OK;
    if (outcome != OUTCOME_OK)
        return outcome;
    *fault = proof->code ? PROOF_CODE_WRONG : PROOF_CODE_MISSING;
    if (!proof->code)
        return OUTCOME_FORBIDDEN;
    outcome = factor_verify(db, arena, user_id, &factor, proof->code, &use);
    return outcome == OUTCOME_OK ? use_up(db, user_id, &use) : outcome;
}

enum outcome proof_check(struct db *db, struct arena *arena, int64_t user_id, const struct proof *proof,
                         struct proof_result *why) {
    const struct throttle throttle = throttle_of_person(arena, user_id, proof->address);
    enum outcome outcome = throttle_check(db, &throttle, &why->retry_after_s);
    if (outcome != OUTCOME_OK)
        return outcome;
    why->fault = PROOF_PASSWORD_WRONG;
    outcome = check_password(db, arena, user_id, proof->password);
    if (outcome == OUTCOME_OK && proof->asks_factor)
        outcome = check_code(db, arena, user_id, proof, &why->fault);
    if (outcome != OUTCOME_FORBIDDEN || why->fault == PROOF_CODE_MISSING)
        return outcome;
    outcome = throttle_fail(db, &throttle, user_id);
    return outcome == OUTCOME_OK ? OUTCOME_FORBIDDEN : outcome;
}
