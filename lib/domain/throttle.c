#include "domain/throttle.h"

#include "base/clock.h"
#include "domain/user.h"

#include <string.h>

enum {
    FREE_FAILURES_ACCOUNT = 5,
    FREE_FAILURES_ADDRESS = 50,
    LONGEST_BLOCK_S = 15 * 60,
    FORGET_FAILURES_S = 24 * 3600,
    MOST_THROTTLES = 10000,
};

DB_QUERY(THROTTLE_EVENT, "INSERT INTO event (type, user_id, is_visible) VALUES ('session.failed', $1, 0)");
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

static struct throttle make(struct arena *arena, const char *account, const char *client) {
    struct throttle throttle = {0};
    const char *address = arena_print(arena, "address %s", client);
    sha256(account, strlen(account), throttle.account);
    sha256(address, strlen(address), throttle.address);
    return throttle;
}

struct throttle throttle_of_account(struct arena *arena, const char *email, const char *client) {
    return make(arena, arena_print(arena, "account %s", user_email_key(arena, email)), client);
}

struct throttle throttle_of_person(struct arena *arena, int64_t user_id, const char *client) {
    return make(arena, arena_print(arena, "person %lld", (long long)user_id), client);
}

struct throttle throttle_of_guess(struct arena *arena, const char *guess, const char *client) {
    return make(arena, arena_print(arena, "guess %s", guess), client);
}

enum outcome throttle_check(struct db *db, const struct throttle *throttle, int64_t *retry_after_s) {
    int64_t blocked_until = 0;
    enum db_result result = db_find_integer(db, &THROTTLE_FIND, &blocked_until,
                                            db_bytes(throttle->account, sizeof(throttle->account)),
                                            db_bytes(throttle->address, sizeof(throttle->address)));
    if (result != DB_OK)
        return outcome_of(result);
    int64_t now = clock_now();
    if (blocked_until <= now)
        return OUTCOME_OK;
    *retry_after_s = blocked_until - now;
    return OUTCOME_THROTTLED;
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

enum db_result throttle_bound(struct db *db) {
    return db_run(db, &THROTTLE_BOUND, db_integer(MOST_THROTTLES));
}

enum outcome throttle_fail(struct db *db, const struct throttle *throttle, int64_t user_id) {
    int64_t now = clock_now();
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = count_failure(db, throttle->account, FREE_FAILURES_ACCOUNT, now);
    if (result == DB_OK)
        result = count_failure(db, throttle->address, FREE_FAILURES_ADDRESS, now);
    if (result == DB_OK)
        result = throttle_bound(db);
    if (result == DB_OK)
        result = db_run(db, &THROTTLE_EVENT, user_id ? db_integer(user_id) : db_null());
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum db_result throttle_forget(struct db *db, const struct throttle *throttle) {
    return db_run(db, &THROTTLE_DELETE, db_bytes(throttle->account, sizeof(throttle->account)));
}

enum db_result throttle_clean(struct db *db) {
    return db_run(db, &THROTTLE_DELETE_OLD, db_integer(clock_now() - FORGET_FAILURES_S));
}
