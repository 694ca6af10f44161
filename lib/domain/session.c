#include "domain/session.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/password.h"
#include "domain/user_row.h"

#include <string.h>

enum {
    FREE_FAILURES_ACCOUNT = 5,
    FREE_FAILURES_ADDRESS = 50,
    LONGEST_BLOCK_S = 15 * 60,
    FORGET_FAILURES_S = 24 * 3600,
    MOST_THROTTLES = 10000,
};

DB_QUERY(ACCOUNT_FIND, "SELECT id, password_hash FROM \"user\" WHERE email_key = $1");
DB_QUERY(SESSION_INSERT,
         "INSERT INTO session (user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)");
DB_QUERY(SESSION_FIND, "SELECT " USER_COLUMNS " FROM session JOIN \"user\" ON \"user\".id = session.user_id "
                       "WHERE session.token_hash = $1 AND session.expires_at > $2");
DB_QUERY(SESSION_DELETE, "DELETE FROM session WHERE token_hash = $1");
DB_QUERY(SESSION_DELETE_ALL, "DELETE FROM session WHERE user_id = $1");
DB_QUERY(SESSION_DELETE_EXPIRED, "DELETE FROM session WHERE expires_at <= $1");
DB_QUERY(SESSION_FAILED_EVENT,
         "INSERT INTO event (type, user_id, is_visible) VALUES ('session.failed', $1, 0)");
DB_QUERY(THROTTLE_FIND, "SELECT max(blocked_until) FROM login_throttle WHERE key IN ($1, $2)");
DB_QUERY(THROTTLE_FAIL,
         "INSERT INTO login_throttle (key, failures, blocked_until, updated_at) VALUES ($1, 1, 0, $2) "
         "ON CONFLICT (key) DO UPDATE "
         "SET failures = CASE WHEN login_throttle.updated_at < $3 THEN 1 "
         "ELSE login_throttle.failures + 1 END, updated_at = $2 "
         "RETURNING failures");
DB_QUERY(THROTTLE_BLOCK, "UPDATE login_throttle SET blocked_until = $2 WHERE key = $1");
DB_QUERY(THROTTLE_DELETE, "DELETE FROM login_throttle WHERE key = $1");
DB_QUERY(THROTTLE_DELETE_OLD, "DELETE FROM login_throttle WHERE updated_at < $1");
DB_QUERY(THROTTLE_BOUND, "DELETE FROM login_throttle WHERE key IN "
                         "(SELECT key FROM login_throttle ORDER BY updated_at DESC LIMIT 1000 OFFSET $1)");

struct throttle_keys {
    unsigned char account[SHA256_BYTES];
    unsigned char address[SHA256_BYTES];
};

static void hash_key(struct arena *arena, const char *kind, const char *value,
                     unsigned char key[SHA256_BYTES]) {
    const char *text = arena_print(arena, "%s %s", kind, value);
    sha256(text, strlen(text), key);
}

static enum db_result count_failure(struct db *db, const unsigned char key[SHA256_BYTES],
                                    int64_t free_failures, int64_t now) {
    int64_t failures = 0;
    enum db_result result = db_find_integer(db, &THROTTLE_FAIL, &failures, db_bytes(key, SHA256_BYTES),
                                            db_integer(now), db_integer(now - FORGET_FAILURES_S));
    if (result != DB_OK || failures < free_failures)
        return result;
    int64_t over = failures - free_failures;
    int64_t block_s = over < 10 ? INT64_C(1) << over : LONGEST_BLOCK_S;
    if (block_s > LONGEST_BLOCK_S)
        block_s = LONGEST_BLOCK_S;
    return db_run(db, &THROTTLE_BLOCK, db_bytes(key, SHA256_BYTES), db_integer(now + block_s));
}

static enum db_result record_failure(struct db *db, const struct throttle_keys *keys, int64_t user_id) {
    int64_t now = clock_now();
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = count_failure(db, keys->account, FREE_FAILURES_ACCOUNT, now);
    if (result == DB_OK)
        result = count_failure(db, keys->address, FREE_FAILURES_ADDRESS, now);
    if (result == DB_OK)
        result = db_run(db, &THROTTLE_BOUND, db_integer(MOST_THROTTLES));
    if (result == DB_OK)
        result = db_run(db, &SESSION_FAILED_EVENT, user_id ? db_integer(user_id) : db_null());
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result;
}

/* Inside a write transaction. */
static enum db_result insert_session(struct db *db, struct arena *arena, int64_t user_id,
                                     const char **token) {
    const char *fresh = random_token(arena);
    unsigned char hash[SHA256_BYTES];
    sha256(fresh, strlen(fresh), hash);
    int64_t now = clock_now();
    enum db_result result = db_run(db, &SESSION_INSERT, db_integer(user_id), db_bytes(hash, sizeof(hash)),
                                   db_integer(now), db_integer(now + SESSION_LIFETIME_S));
    if (result == DB_OK)
        *token = fresh;
    return result;
}

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

/* Whose password it is. OUTCOME_FORBIDDEN: it is not, which is counted; OUTCOME_THROTTLED: too many were not.
 */
static enum outcome check_password(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                                   struct throttle_keys *keys, int64_t *id, const char **hash,
                                   int64_t *retry_after_s) {
    hash_key(arena, "account", user_email_key(arena, sign_in->email), keys->account);
    hash_key(arena, "address", sign_in->address, keys->address);
    int64_t blocked_until = 0;
    enum db_result result =
        db_find_integer(db, &THROTTLE_FIND, &blocked_until, db_bytes(keys->account, sizeof(keys->account)),
                        db_bytes(keys->address, sizeof(keys->address)));
    if (result != DB_OK)
        return outcome_of(result);
    if (blocked_until > clock_now()) {
        *retry_after_s = blocked_until - clock_now();
        return OUTCOME_THROTTLED;
    }
    enum outcome outcome = find_account(db, arena, sign_in->email, id, hash);
    if (outcome != OUTCOME_OK || password_matches(arena, *hash, sign_in->password))
        return outcome;
    result = record_failure(db, keys, *id);
    return result == DB_OK ? OUTCOME_FORBIDDEN : outcome_of(result);
}

enum outcome session_sign_in(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                             struct user *user, const char **token, int64_t *retry_after_s) {
    struct throttle_keys keys;
    int64_t id = 0;
    const char *hash = NULL;
    enum outcome outcome = check_password(db, arena, sign_in, &keys, &id, &hash, retry_after_s);
    if (outcome != OUTCOME_OK)
        return outcome;
    /* Only now is the password at hand to hash it as one does today. Where there is no memory for that, the
     * next time will do. */
    const char *renewed = password_is_dated(hash) ? password_hash(arena, sign_in->password) : NULL;
    enum db_result result = db_begin_write(db, id);
    if (result == DB_OK && renewed)
        result = user_renew_hash(db, id, hash, renewed);
    if (result == DB_OK)
        result = db_run(db, &THROTTLE_DELETE, db_bytes(keys.account, sizeof(keys.account)));
    if (result == DB_OK)
        result = insert_session(db, arena, id, token);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK ? user_find(db, arena, id, user) : outcome_of(result);
}

enum outcome session_create(struct db *db, struct arena *arena, int64_t user_id, const char **token) {
    enum db_result result = db_begin_write(db, user_id);
    if (result == DB_OK)
        result = insert_session(db, arena, user_id, token);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum outcome session_find(struct db *db, struct arena *arena, const char *token, struct user *user) {
    unsigned char hash[SHA256_BYTES];
    sha256(token, strlen(token), hash);
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &SESSION_FIND, &rows, db_bytes(hash, sizeof(hash)), db_integer(clock_now()));
    return result == DB_OK ? user_read_one(rows, arena, user) : outcome_of(result);
}

enum outcome session_end(struct db *db, int64_t user_id, const char *token) {
    unsigned char hash[SHA256_BYTES];
    sha256(token, strlen(token), hash);
    enum db_result result = db_begin_write(db, user_id);
    if (result == DB_OK)
        result = db_run(db, &SESSION_DELETE, db_bytes(hash, sizeof(hash)));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum outcome session_confirm(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                             int64_t *retry_after_s) {
    struct throttle_keys keys;
    int64_t id = 0;
    const char *hash = NULL;
    return check_password(db, arena, sign_in, &keys, &id, &hash, retry_after_s);
}

enum db_result session_end_all(struct db *db, int64_t user_id) {
    return db_run(db, &SESSION_DELETE_ALL, db_integer(user_id));
}

enum db_result session_replace_all(struct db *db, struct arena *arena, int64_t user_id, const char **token) {
    enum db_result result = session_end_all(db, user_id);
    return result == DB_OK ? insert_session(db, arena, user_id, token) : result;
}

enum db_result session_forgive(struct db *db, struct arena *arena, const char *email) {
    unsigned char key[SHA256_BYTES];
    hash_key(arena, "account", user_email_key(arena, email), key);
    return db_run(db, &THROTTLE_DELETE, db_bytes(key, sizeof(key)));
}

enum outcome session_clean(struct db *db) {
    int64_t now = clock_now();
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &SESSION_DELETE_EXPIRED, db_integer(now));
    if (result == DB_OK)
        result = db_run(db, &THROTTLE_DELETE_OLD, db_integer(now - FORGET_FAILURES_S));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
