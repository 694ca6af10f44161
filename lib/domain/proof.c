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

static enum outcome check_code(struct db *db, struct arena *arena, int64_t user_id,
                               const struct proof *proof) {
    struct factor factor = {0};
    struct factor_use use;
    enum outcome outcome = factor_find(db, arena, proof->key, user_id, &factor);
    if (outcome == OUTCOME_NOT_FOUND || (outcome == OUTCOME_OK && !factor.is_on))
        return OUTCOME_FORBIDDEN;
    if (outcome == OUTCOME_OK)
        outcome = factor_verify(db, arena, user_id, &factor, proof->code, &use);
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = outcome_of(db_begin_write(db, user_id));
    if (outcome == OUTCOME_OK)
        outcome = factor_use_up(db, &use);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

enum outcome proof_check(struct db *db, struct arena *arena, int64_t user_id, const struct proof *proof,
                         int64_t *retry_after_s) {
    const struct throttle throttle = throttle_of_person(arena, user_id, proof->address);
    enum outcome outcome = throttle_check(db, &throttle, retry_after_s);
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = proof->password ? check_password(db, arena, user_id, proof->password)
                              : check_code(db, arena, user_id, proof);
    if (outcome != OUTCOME_FORBIDDEN)
        return outcome;
    outcome = throttle_fail(db, &throttle, user_id);
    return outcome == OUTCOME_OK ? OUTCOME_FORBIDDEN : outcome;
}
