#include "domain/factor.h"

#include "base/clock.h"
#include "base/random.h"

#include <ctype.h>
#include <string.h>

/* 140 bits: a hash alone keeps what has 112 or more (ASVS 6.5.2), and 128 cannot be guessed (11.5.1). */
enum { RECOVERY_CODE_CHARACTERS = 28, RECOVERY_CODE_GROUP = 4 };

DB_QUERY(FACTOR_FIND, "SELECT nonce, confirmed_at, last_step, "
                      "(SELECT count(*) FROM recovery_code WHERE recovery_code.user_id = factor.user_id) "
                      "FROM factor WHERE user_id = $1");
DB_QUERY(FACTOR_BEGIN, "INSERT INTO factor (user_id, nonce) VALUES ($1, $2) "
                       "ON CONFLICT (user_id) DO UPDATE SET nonce = $2, last_step = 0 "
                       "WHERE factor.confirmed_at IS NULL");
DB_QUERY(FACTOR_CONFIRM, "UPDATE factor SET confirmed_at = $2, last_step = $3 "
                         "WHERE user_id = $1 AND confirmed_at IS NULL");
DB_QUERY(FACTOR_STEP, "UPDATE factor SET last_step = $2 WHERE user_id = $1 AND last_step < $2");
DB_QUERY(FACTOR_DELETE, "DELETE FROM factor WHERE user_id = $1");
DB_QUERY(RECOVERY_INSERT, "INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)");
DB_QUERY(RECOVERY_FIND, "SELECT user_id FROM recovery_code WHERE code_hash = $1 AND user_id = $2");
DB_QUERY(RECOVERY_USE, "DELETE FROM recovery_code WHERE code_hash = $1 AND user_id = $2");

static void derive_secret(struct arena *arena, const struct factor_key *key, int64_t user_id,
                          const char *nonce, unsigned char secret[TOTP_SECRET_BYTES]) {
    const char *text = arena_print(arena, "totp %lld %s", (long long)user_id, nonce);
    unsigned char digest[SHA256_BYTES];
    hmac_sha256(key->bytes, sizeof(key->bytes), text, strlen(text), digest);
    memcpy(secret, digest, TOTP_SECRET_BYTES);
}

/* ---- recovery codes ---- */

/* Letters and digits of base32 in small letters: no one and zero beside l and o. */
static const char *make_recovery_code(struct arena *arena) {
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char bytes[RECOVERY_CODE_CHARACTERS];
    random_fill(bytes, sizeof(bytes));
    char *code = arena_take(arena, RECOVERY_CODE_CHARACTERS + 1);
    for (size_t i = 0; i < RECOVERY_CODE_CHARACTERS; i++)
        code[i] = alphabet[bytes[i] % 32];
    code[RECOVERY_CODE_CHARACTERS] = '\0';
    return code;
}

/* As it is shown: "abcd-efgh-...". */
static const char *group_recovery_code(struct arena *arena, const char *code) {
    char *text = arena_take_array(arena, RECOVERY_CODE_CHARACTERS, 2);
    char *out = text;
    for (size_t i = 0; code[i]; i++) {
        if (i && i % RECOVERY_CODE_GROUP == 0)
            *out++ = '-';
        *out++ = code[i];
    }
    *out = '\0';
    return text;
}

/* Inside a write transaction. */
static enum db_result insert_recovery_codes(struct db *db, struct arena *arena, int64_t user_id,
                                            const char *shown[FACTOR_RECOVERY_CODES]) {
    enum db_result result = DB_OK;
    for (size_t i = 0; i < FACTOR_RECOVERY_CODES && result == DB_OK; i++) {
        const char *code = make_recovery_code(arena);
        unsigned char hash[SHA256_BYTES];
        sha256(code, RECOVERY_CODE_CHARACTERS, hash);
        shown[i] = group_recovery_code(arena, code);
        result = db_run(db, &RECOVERY_INSERT, db_integer(user_id), db_bytes(hash, sizeof(hash)));
    }
    return result;
}

/* ---- what there is ---- */

enum outcome factor_find(struct db *db, struct arena *arena, const struct factor_key *key, int64_t user_id,
                         struct factor *factor) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &FACTOR_FIND, &rows, db_integer(user_id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW) {
        *factor = (struct factor){
            .is_on = !db_is_null(rows, 1),
            .confirmed_at = db_get_integer(rows, 1),
            .last_step = db_get_integer(rows, 2),
            .recovery_left = db_get_integer(rows, 3),
        };
        if (key)
            derive_secret(arena, key, user_id, db_get_text(rows, 0, arena), factor->secret);
    }
    db_finish(rows);
    if (result == DB_ROW && !key)
        return OUTCOME_FAILED;
    return result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
}

/* ---- coming and going ---- */

/* OUTCOME_NOT_FOUND where a statement changed no row. */
static enum outcome expect_change(const struct db *db, enum db_result result) {
    if (result != DB_OK)
        return outcome_of(result);
    return db_changes(db) > 0 ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

/* Commits what went well, and ends the transaction either way. */
static enum outcome finish(struct db *db, enum outcome outcome) {
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

enum outcome factor_begin(struct db *db, struct arena *arena, int64_t user_id) {
    enum outcome outcome = outcome_of(db_begin_write(db, user_id));
    if (outcome == OUTCOME_OK)
        outcome =
            expect_change(db, db_run(db, &FACTOR_BEGIN, db_integer(user_id), db_text(random_token(arena))));
    if (outcome == OUTCOME_NOT_FOUND)
        outcome = OUTCOME_EXISTS;
    return finish(db, outcome);
}

enum outcome factor_confirm(struct db *db, struct arena *arena, const struct factor_key *key, int64_t user_id,
                            const char *code, const struct session_new *new_session,
                            struct factor_confirmed *confirmed) {
    struct factor factor = {0};
    struct factor_use use;
    enum outcome outcome = factor_find(db, arena, key, user_id, &factor);
    if (outcome == OUTCOME_OK && factor.is_on)
        outcome = OUTCOME_NOT_FOUND;
    if (outcome == OUTCOME_OK)
        outcome = factor_verify(db, arena, user_id, &factor, code, &use);
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = outcome_of(db_begin_write(db, user_id));
    if (outcome == OUTCOME_OK)
        outcome = expect_change(db, db_run(db, &FACTOR_CONFIRM, db_integer(user_id), db_integer(clock_now()),
                                           db_integer(use.step)));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(insert_recovery_codes(db, arena, user_id, confirmed->recovery_codes));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(session_insert(db, arena, user_id, new_session, true, &confirmed->cookie));
    return finish(db, outcome);
}

enum outcome factor_remove(struct db *db, struct arena *arena, int64_t user_id,
                           const struct session_new *new_session, const char **cookie) {
    enum outcome outcome = outcome_of(db_begin_write(db, user_id));
    if (outcome == OUTCOME_OK)
        outcome = expect_change(db, db_run(db, &FACTOR_DELETE, db_integer(user_id)));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(session_insert(db, arena, user_id, new_session, false, cookie));
    return finish(db, outcome);
}

enum outcome factor_reset(struct db *db, int64_t user_id) {
    enum outcome outcome = outcome_of(db_begin_write(db, 0));
    if (outcome == OUTCOME_OK)
        outcome = expect_change(db, db_run(db, &FACTOR_DELETE, db_integer(user_id)));
    return finish(db, outcome);
}

/* ---- codes ---- */

/* Without what people put between, in small letters. */
static const char *plain_code(struct arena *arena, const char *typed) {
    char *code = arena_copy(arena, typed);
    char *out = code;
    for (const char *c = typed; *c; c++)
        if (*c != ' ' && *c != '-')
            *out++ = (char)tolower((unsigned char)*c);
    *out = '\0';
    return code;
}

enum outcome factor_verify(struct db *db, struct arena *arena, int64_t user_id, const struct factor *factor,
                           const char *code, struct factor_use *use) {
    const char *plain = plain_code(arena, code);
    *use = (struct factor_use){.user_id = user_id};
    if (strlen(plain) != RECOVERY_CODE_CHARACTERS) {
        use->step = totp_find_step(factor->secret, clock_now(), factor->last_step, plain);
        return use->step > 0 ? OUTCOME_OK : OUTCOME_FORBIDDEN;
    }
    sha256(plain, RECOVERY_CODE_CHARACTERS, use->recovery_hash);
    int64_t owner = 0;
    enum db_result result =
        db_find_integer(db, &RECOVERY_FIND, &owner, db_bytes(use->recovery_hash, sizeof(use->recovery_hash)),
                        db_integer(user_id));
    return result == DB_END ? OUTCOME_FORBIDDEN : outcome_of(result);
}

enum outcome factor_use_up(struct db *db, const struct factor_use *use) {
    enum db_result result =
        use->step ? db_run(db, &FACTOR_STEP, db_integer(use->user_id), db_integer(use->step))
                  : db_run(db, &RECOVERY_USE, db_bytes(use->recovery_hash, sizeof(use->recovery_hash)),
                           db_integer(use->user_id));
    enum outcome outcome = expect_change(db, result);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_FORBIDDEN : outcome;
}
