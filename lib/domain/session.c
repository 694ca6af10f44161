#include "domain/session.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/utf8.h"
#include "domain/password.h"
#include "domain/user_row.h"

#include <openssl/crypto.h>
#include <stdlib.h>
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
         "INSERT INTO session (user_id, token_hash, stamp_key, browser, created_at, expires_at) "
         "VALUES ($1, $2, $3, $4, $5, $6)");
DB_QUERY(SESSION_FIND,
         "SELECT " USER_COLUMNS ", session.id, session.created_at, session.expires_at, session.has_factor, "
         "session.stamp_key "
         "FROM session JOIN \"user\" ON \"user\".id = session.user_id "
         "WHERE session.token_hash = $1 AND session.expires_at > $2");
DB_QUERY(SESSION_DELETE, "DELETE FROM session WHERE id = $1 AND user_id = $2");
DB_QUERY(SESSION_DELETE_OTHERS, "DELETE FROM session WHERE user_id = $1 AND id <> $2");
DB_QUERY(SESSION_LIST, "SELECT id, created_at, expires_at, has_factor, browser FROM session "
                       "WHERE user_id = $1 AND expires_at > $2 "
                       "ORDER BY id DESC");
DB_QUERY(SESSION_DELETE_FORMER, "DELETE FROM session WHERE token_hash = $1");
DB_QUERY(SESSION_BOUND, "DELETE FROM session WHERE id IN "
                        "(SELECT id FROM session WHERE user_id = $1 ORDER BY id DESC LIMIT 1000 OFFSET $2)");
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

/* ---- cookies ---- */

enum { TOKEN_SIZE = 43, MAC_BYTES = 16, MOST_STAMP_DIGITS = 10 };

static int64_t stamp_now(void) {
    return clock_now() / SESSION_STAMP_S;
}

/* Its key is the session's alone and what is signed has one form, so there is no purpose to tell apart. */
static const char *make_mac(struct arena *arena, const char *key, const char *stamp, size_t size) {
    unsigned char digest[SHA256_BYTES];
    hmac_sha256(key, strlen(key), stamp, size, digest);
    return base64url_encode(arena, digest, MAC_BYTES);
}

static const char *make_cookie(struct arena *arena, const char *token, const char *key) {
    const char *stamp = arena_print(arena, "%lld", (long long)stamp_now());
    return arena_print(arena, "%.*s.%s.%s", (int)TOKEN_SIZE, token, stamp,
                       make_mac(arena, key, stamp, strlen(stamp)));
}

/* False if it has not the form of a cookie of ours. */
static bool hash_token(const char *cookie, unsigned char hash[SHA256_BYTES]) {
    if (strlen(cookie) <= TOKEN_SIZE || cookie[TOKEN_SIZE] != '.')
        return false;
    sha256(cookie, TOKEN_SIZE, hash);
    return true;
}

/* The hour of last use; -1 unless the stamp is ours. */
static int64_t read_stamp(struct arena *arena, const char *cookie, const char *key) {
    const char *stamp = cookie + TOKEN_SIZE + 1;
    size_t size = strspn(stamp, "0123456789");
    if (!size || size > MOST_STAMP_DIGITS || stamp[size] != '.')
        return -1;
    const char *given = stamp + size + 1;
    const char *made = make_mac(arena, key, stamp, size);
    if (strlen(given) != strlen(made) || CRYPTO_memcmp(given, made, strlen(made)) != 0)
        return -1;
    return strtoll(stamp, NULL, 10);
}

/* ---- making one ---- */

/* What a program may call itself is anything; text that people can be shown stays. */
static const char *describe_browser(struct arena *arena, const char *user_agent) {
    if (!user_agent || !utf8_is_valid(user_agent, strlen(user_agent)) ||
        utf8_has_control(user_agent, strlen(user_agent)) || strpbrk(user_agent, "\n\t"))
        return "";
    const char *end = user_agent;
    for (size_t count = 0; *end && count < SESSION_MOST_BROWSER; count++)
        do
            end++;
        while (((unsigned char)*end & 0xC0) == 0x80);
    return arena_copy_bytes(arena, user_agent, (size_t)(end - user_agent));
}

/* Inside a write transaction. */
static enum db_result insert_session(struct db *db, struct arena *arena, int64_t user_id,
                                     const struct session_new *new_session, const char **cookie) {
    const char *token = random_token(arena);
    const char *key = random_token(arena);
    unsigned char hash[SHA256_BYTES];
    int64_t now = clock_now();
    enum db_result result = DB_OK;
    if (new_session->former && hash_token(new_session->former, hash))
        result = db_run(db, &SESSION_DELETE_FORMER, db_bytes(hash, sizeof(hash)));
    sha256(token, TOKEN_SIZE, hash);
    if (result == DB_OK)
        result = db_run(db, &SESSION_INSERT, db_integer(user_id), db_bytes(hash, sizeof(hash)), db_text(key),
                        db_text(describe_browser(arena, new_session->browser)), db_integer(now),
                        db_integer(now + new_session->lifetime_s));
    if (result == DB_OK)
        result = db_run(db, &SESSION_BOUND, db_integer(user_id), db_integer(SESSION_MOST));
    if (result == DB_OK)
        *cookie = make_cookie(arena, token, key);
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

enum outcome session_sign_in(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                             struct user *user, const char **cookie, int64_t *retry_after_s) {
    struct throttle_keys keys;
    hash_key(arena, "account", user_email_key(arena, sign_in->email), keys.account);
    hash_key(arena, "address", sign_in->address, keys.address);
    int64_t blocked_until = 0;
    enum db_result result =
        db_find_integer(db, &THROTTLE_FIND, &blocked_until, db_bytes(keys.account, sizeof(keys.account)),
                        db_bytes(keys.address, sizeof(keys.address)));
    if (result != DB_OK)
        return outcome_of(result);
    if (blocked_until > clock_now()) {
        *retry_after_s = blocked_until - clock_now();
        return OUTCOME_THROTTLED;
    }
    int64_t id = 0;
    const char *hash = NULL;
    enum outcome outcome = find_account(db, arena, sign_in->email, &id, &hash);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (!password_matches(hash, sign_in->password)) {
        result = record_failure(db, &keys, id);
        return result == DB_OK ? OUTCOME_FORBIDDEN : outcome_of(result);
    }
    result = db_begin_write(db, id);
    if (result == DB_OK)
        result = db_run(db, &THROTTLE_DELETE, db_bytes(keys.account, sizeof(keys.account)));
    if (result == DB_OK)
        result = insert_session(db, arena, id, &sign_in->session, cookie);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK ? user_find(db, arena, id, user) : outcome_of(result);
}

enum outcome session_create(struct db *db, struct arena *arena, int64_t user_id,
                            const struct session_new *new_session, const char **cookie) {
    enum db_result result = db_begin_write(db, user_id);
    if (result == DB_OK)
        result = insert_session(db, arena, user_id, new_session, cookie);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

/* Of the row at `rows`. */
static enum outcome read_session(struct db_rows *rows, struct arena *arena, const char *cookie,
                                 int64_t idle_hours, struct session *session, struct user *user) {
    const char *key = db_get_text(rows, USER_COLUMN_COUNT + 4, arena);
    int64_t stamp = read_stamp(arena, cookie, key);
    int64_t now = stamp_now();
    if (stamp < 0 || now - stamp > idle_hours)
        return OUTCOME_NOT_FOUND;
    user_read_row(rows, arena, user);
    *session = (struct session){
        .id = db_get_integer(rows, USER_COLUMN_COUNT),
        .created_at = db_get_integer(rows, USER_COLUMN_COUNT + 1),
        .expires_at = db_get_integer(rows, USER_COLUMN_COUNT + 2),
        .has_factor = db_get_integer(rows, USER_COLUMN_COUNT + 3) != 0,
        .browser = "",
        .renewed = stamp == now ? NULL : make_cookie(arena, cookie, key),
    };
    return OUTCOME_OK;
}

enum outcome session_find(struct db *db, struct arena *arena, const char *cookie, int64_t idle_hours,
                          struct session *session, struct user *user) {
    unsigned char hash[SHA256_BYTES];
    if (!hash_token(cookie, hash))
        return OUTCOME_NOT_FOUND;
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &SESSION_FIND, &rows, db_bytes(hash, sizeof(hash)), db_integer(clock_now()));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    enum outcome outcome = result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
    if (result == DB_ROW)
        outcome = read_session(rows, arena, cookie, idle_hours, session, user);
    db_finish(rows);
    return outcome;
}

enum outcome session_list(struct db *db, struct arena *arena, int64_t user_id, struct session **sessions,
                          size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &SESSION_LIST, &rows, db_integer(user_id), db_integer(clock_now()));
    if (result != DB_OK)
        return outcome_of(result);
    size_t used = 0;
    struct session *list = NULL;
    while ((result = db_next(rows)) == DB_ROW) {
        list = arena_grow(arena, list, used, sizeof(*list));
        list[used++] = (struct session){
            .id = db_get_integer(rows, 0),
            .created_at = db_get_integer(rows, 1),
            .expires_at = db_get_integer(rows, 2),
            .has_factor = db_get_integer(rows, 3) != 0,
            .browser = db_get_text(rows, 4, arena),
        };
    }
    db_finish(rows);
    if (result == DB_END) {
        *sessions = list;
        *count = used;
    }
    return outcome_of(result);
}

enum outcome session_end(struct db *db, int64_t user_id, int64_t session_id) {
    enum db_result result = db_begin_write(db, user_id);
    bool is_hers = false;
    if (result == DB_OK)
        result = db_run(db, &SESSION_DELETE, db_integer(session_id), db_integer(user_id));
    if (result == DB_OK)
        is_hers = db_changes(db) > 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK && !is_hers ? OUTCOME_NOT_FOUND : outcome_of(result);
}

enum outcome session_end_others(struct db *db, int64_t user_id, int64_t session_id) {
    enum db_result result = db_begin_write(db, user_id);
    if (result == DB_OK)
        result = db_run(db, &SESSION_DELETE_OTHERS, db_integer(user_id), db_integer(session_id));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
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
