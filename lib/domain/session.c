#include "domain/session.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/utf8.h"
#include "domain/throttle.h"
#include "domain/user_row.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

DB_QUERY(SESSION_INSERT,
         "INSERT INTO session (user_id, token_hash, stamp_key, browser, has_factor, created_at, expires_at) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7)");
DB_QUERY(SESSION_FIND,
         "SELECT " USER_COLUMNS ", session.id, session.created_at, session.expires_at, session.has_factor, "
         "session.stamp_key "
         "FROM session JOIN \"user\" ON \"user\".id = session.user_id "
         "WHERE session.token_hash = $1 AND session.expires_at > $2");
DB_QUERY(SESSION_DELETE, "DELETE FROM session WHERE id = $1 AND user_id = $2");
DB_QUERY(SESSION_DELETE_ALL, "DELETE FROM session WHERE user_id = $1");
DB_QUERY(SESSION_DELETE_OTHERS, "DELETE FROM session WHERE user_id = $1 AND id <> $2");
DB_QUERY(SESSION_DELETE_EVERY, "DELETE FROM session");
DB_QUERY(SESSION_LIST, "SELECT id, created_at, expires_at, has_factor, browser FROM session "
                       "WHERE user_id = $1 AND expires_at > $2 "
                       "ORDER BY id DESC");
DB_QUERY(SESSION_DELETE_FORMER, "DELETE FROM session WHERE token_hash = $1");
DB_QUERY(SESSION_BOUND, "DELETE FROM session WHERE id IN "
                        "(SELECT id FROM session WHERE user_id = $1 ORDER BY id DESC LIMIT 1000 OFFSET $2)");
DB_QUERY(SESSION_DELETE_EXPIRED, "DELETE FROM session WHERE expires_at <= $1");
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

enum db_result session_insert(struct db *db, struct arena *arena, int64_t user_id,
                              const struct session_new *new_session, bool has_factor, const char **cookie) {
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
                        db_text(describe_browser(arena, new_session->browser)), db_integer(has_factor),
                        db_integer(now), db_integer(now + new_session->lifetime_s));
    if (result == DB_OK)
        result = db_run(db, &SESSION_BOUND, db_integer(user_id), db_integer(SESSION_MOST));
    if (result == DB_OK)
        *cookie = make_cookie(arena, token, key);
    return result;
}

enum outcome session_create(struct db *db, struct arena *arena, int64_t user_id,
                            const struct session_new *new_session, const char **cookie) {
    enum db_result result = db_begin_write(db, user_id);
    if (result == DB_OK)
        result = session_insert(db, arena, user_id, new_session, false, cookie);
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
    if (is_hers)
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

enum outcome session_end_every(struct db *db, int64_t *ended) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run_values(db, &SESSION_DELETE_EVERY, NULL, 0);
    int64_t count = result == DB_OK ? db_changes(db) : 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_OK)
        *ended = count;
    return outcome_of(result);
}

enum db_result session_end_all(struct db *db, int64_t user_id) {
    return db_run(db, &SESSION_DELETE_ALL, db_integer(user_id));
}

enum db_result session_replace_all(struct db *db, struct arena *arena, int64_t user_id,
                                   const struct session_new *new_session, bool has_factor,
                                   const char **cookie) {
    enum db_result result = session_end_all(db, user_id);
    return result == DB_OK ? session_insert(db, arena, user_id, new_session, has_factor, cookie) : result;
}

enum outcome session_clean(struct db *db) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &SESSION_DELETE_EXPIRED, db_integer(clock_now()));
    if (result == DB_OK)
        result = throttle_clean(db);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
