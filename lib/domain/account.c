#include "domain/account.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/password.h"
#include "domain/throttle.h"
#include "domain/user_row.h"

#include <assert.h>
#include <string.h>

enum { ASKING_WINDOW_S = 3600 };

/* An address that was asked for with the old password is wanted no more. */
DB_QUERY(ACCOUNT_SET_PASSWORD,
         "UPDATE \"user\" "
         "SET password_hash = $2, password_version = password_version + 1, email_pending = NULL "
         "WHERE id = $1 AND password_hash IS NOT NULL");
#define END_TOKEN "UPDATE account_token SET delivery_id = NULL, token_hash = NULL, expires_at = 0 "
/* What a mail of before could still do: set another password, or bring an address that is not the person's.
 */
DB_QUERY(ACCOUNT_END_TOKENS,
         END_TOKEN "WHERE user_id = $1 AND (purpose = 'reset' "
                   "OR email_key <> (SELECT email_key FROM \"user\" WHERE \"user\".id = $1))");
#define TOKEN_IS_GOOD                                                                                        \
    "account_token.token_hash = $1 AND account_token.purpose = $2 AND account_token.expires_at > $3 "
DB_QUERY(ACCOUNT_USE_TOKEN, END_TOKEN "WHERE " TOKEN_IS_GOOD);
DB_QUERY(ACCOUNT_TOKEN, "SELECT " USER_COLUMNS ", account_token.email "
                        "FROM account_token JOIN \"user\" ON \"user\".id = account_token.user_id "
                        "WHERE \"user\".disabled_at IS NULL AND " TOKEN_IS_GOOD);
DB_QUERY(ACCOUNT_VERIFY, "UPDATE \"user\" SET email_is_verified = 1 WHERE id = $1 AND email = $2");
DB_QUERY(ACCOUNT_TAKE_ADDRESS,
         "UPDATE \"user\" SET email = $2, email_key = $3, email_pending = NULL, email_is_verified = 1 "
         "WHERE id = $1 AND email_pending = $2");
DB_QUERY(ACCOUNT_ASK_ADDRESS, "UPDATE \"user\" SET email_pending = $2 WHERE id = $1 "
                              "RETURNING " USER_COLUMNS);
DB_QUERY(ACCOUNT_ASK_RESET, "INSERT INTO account_outbox (purpose, email_key) VALUES ('reset', $1) "
                            "ON CONFLICT DO NOTHING");
DB_QUERY(ACCOUNT_ASK_VERIFY, "INSERT INTO account_outbox (purpose, user_id) VALUES ('verify', $1) "
                             "ON CONFLICT DO NOTHING");
DB_QUERY(ACCOUNT_COUNT_WAITING, "SELECT count(*) FROM account_outbox WHERE purpose = 'reset'");
DB_QUERY(ACCOUNT_LAST_VERIFY,
         "SELECT created_at FROM account_token WHERE user_id = $1 AND purpose = 'verify' AND email = $2");
DB_QUERY(ACCOUNT_LAST_ADDRESS,
         "SELECT created_at FROM account_token WHERE user_id = $1 AND purpose = 'verify' "
         "AND delivery_id IS NOT NULL AND email_key <> $2");
/* The window is an hour from the first of its requests. */
DB_QUERY(
    ACCOUNT_COUNT_ASKED,
    "INSERT INTO login_throttle (key, failures, blocked_until, updated_at) VALUES ($1, 1, 0, $2) "
    "ON CONFLICT (key) DO UPDATE "
    "SET failures = CASE WHEN login_throttle.updated_at < $3 THEN 1 ELSE login_throttle.failures + 1 END, "
    "updated_at = CASE WHEN login_throttle.updated_at < $3 THEN $2 ELSE login_throttle.updated_at END "
    "RETURNING failures");
DB_QUERY(ACCOUNT_FIRST_ASKED, "SELECT updated_at FROM login_throttle WHERE key = $1");

/* ---- passwords ---- */

/* Inside a write transaction. DB_END: the person cannot sign in at all. */
static enum db_result set_password(struct db *db, int64_t user_id, const char *hash) {
    enum db_result result = db_run(db, &ACCOUNT_SET_PASSWORD, db_integer(user_id), db_text(hash));
    if (result == DB_OK && !db_changes(db))
        return DB_END;
    return result == DB_OK ? db_run(db, &ACCOUNT_END_TOKENS, db_integer(user_id)) : result;
}

enum outcome account_change_password(struct db *db, struct arena *arena, const struct user *user,
                                     const char *password, const struct session_new *new_session,
                                     bool has_factor, const char **cookie) {
    const char *hash = password_hash(arena, password);
    if (!hash)
        return OUTCOME_FAILED;
    enum db_result result = db_begin_write(db, user->id);
    if (result == DB_OK)
        result = set_password(db, user->id, hash);
    if (result == DB_OK)
        result = session_replace_all(db, arena, user->id, new_session, has_factor, cookie);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_END ? OUTCOME_FORBIDDEN : outcome_of(result);
}

/* ---- tokens ---- */

/* *email is the address that the token's mail went to. */
static enum outcome find_token(struct db *db, struct arena *arena, const char *purpose,
                               const unsigned char hash[SHA256_BYTES], struct user *user,
                               const char **email) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &ACCOUNT_TOKEN, &rows, db_bytes(hash, SHA256_BYTES),
                                     db_text(purpose), db_integer(clock_now()));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW) {
        user_read_row(rows, arena, user);
        *email = db_get_text(rows, USER_COLUMN_COUNT, arena);
    }
    db_finish(rows);
    return result == DB_END ? OUTCOME_INVALID : outcome_of(result);
}

/* The same for somebody at `client`, who cannot try codes without end (ASVS 6.6.3). */
static enum outcome try_token(struct db *db, struct arena *arena, const char *purpose,
                              const struct account_token *token, const unsigned char hash[SHA256_BYTES],
                              struct user *user, const char **email, int64_t *retry_after_s) {
    const struct throttle throttle = throttle_of_guess(arena, token->text, token->client);
    enum outcome outcome = throttle_check(db, &throttle, retry_after_s);
    if (outcome == OUTCOME_OK)
        outcome = find_token(db, arena, purpose, hash, user, email);
    if (outcome != OUTCOME_INVALID)
        return outcome;
    outcome = throttle_fail(db, &throttle, 0);
    return outcome == OUTCOME_OK ? OUTCOME_INVALID : outcome;
}

/* Inside a write transaction. DB_END: somebody else used it meanwhile, or its time is over. */
static enum db_result use_token(struct db *db, const char *purpose, const unsigned char hash[SHA256_BYTES]) {
    enum db_result result = db_run(db, &ACCOUNT_USE_TOKEN, db_bytes(hash, SHA256_BYTES), db_text(purpose),
                                   db_integer(clock_now()));
    return result == DB_OK && !db_changes(db) ? DB_END : result;
}

enum outcome account_find_reset(struct db *db, struct arena *arena, const struct account_token *token,
                                struct user *user, int64_t *retry_after_s) {
    unsigned char hash[SHA256_BYTES];
    const char *email = NULL;
    sha256(token->text, strlen(token->text), hash);
    return try_token(db, arena, "reset", token, hash, user, &email, retry_after_s);
}

enum outcome account_reset(struct db *db, struct arena *arena, const char *token, const struct user *user,
                           const char *password) {
    unsigned char hash[SHA256_BYTES];
    sha256(token, strlen(token), hash);
    const char *new_hash = password_hash(arena, password);
    if (!new_hash)
        return OUTCOME_FAILED;
    enum db_result result = db_begin_write(db, user->id);
    if (result == DB_OK)
        result = use_token(db, "reset", hash);
    if (result == DB_OK)
        result = set_password(db, user->id, new_hash);
    if (result == DB_OK)
        result = session_end_all(db, user->id);
    /* Whoever was throttled for having forgotten it can sign in at once. */
    const struct throttle throttle = throttle_of_account(arena, user->email, "");
    if (result == DB_OK)
        result = throttle_forget(db, &throttle);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_END ? OUTCOME_INVALID : outcome_of(result);
}

/* Inside a write transaction. DB_END: it is neither the person's address nor the one that she asked for. */
static enum db_result take_address(struct db *db, struct arena *arena, const struct user *user,
                                   const char *email) {
    enum db_result result = DB_OK;
    if (strcmp(email, user->email) == 0)
        result = db_run(db, &ACCOUNT_VERIFY, db_integer(user->id), db_text(email));
    else
        result = db_run(db, &ACCOUNT_TAKE_ADDRESS, db_integer(user->id), db_text(email),
                        db_text(user_email_key(arena, email)));
    if (result == DB_OK && !db_changes(db))
        return DB_END;
    return result == DB_OK ? db_run(db, &ACCOUNT_END_TOKENS, db_integer(user->id)) : result;
}

enum outcome account_verify(struct db *db, struct arena *arena, const struct account_token *token,
                            int64_t *retry_after_s) {
    unsigned char hash[SHA256_BYTES];
    struct user user = {0};
    const char *email = NULL;
    sha256(token->text, strlen(token->text), hash);
    enum outcome outcome = try_token(db, arena, "verify", token, hash, &user, &email, retry_after_s);
    if (outcome != OUTCOME_OK)
        return outcome;
    assert(email && user.email);
    enum db_result result = db_begin_write(db, user.id);
    if (result == DB_OK)
        result = use_token(db, "verify", hash);
    if (result == DB_OK)
        result = take_address(db, arena, &user, email);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_CONSTRAINT)
        return OUTCOME_EXISTS;
    return result == DB_END ? OUTCOME_INVALID : outcome_of(result);
}

/* ---- asking for mails ---- */

/* Inside a write transaction: how many mails this client asked for within the window. */
static enum db_result count_asked(struct db *db, struct arena *arena, const char *client, int64_t now,
                                  int64_t *asked, int64_t *since) {
    unsigned char key[SHA256_BYTES];
    const char *text = arena_print(arena, "forgot %s", client);
    sha256(text, strlen(text), key);
    enum db_result result = db_find_integer(db, &ACCOUNT_COUNT_ASKED, asked, db_bytes(key, sizeof(key)),
                                            db_integer(now), db_integer(now - ASKING_WINDOW_S));
    if (result == DB_OK)
        result = db_find_integer(db, &ACCOUNT_FIRST_ASKED, since, db_bytes(key, sizeof(key)));
    return result == DB_OK ? throttle_bound(db) : result;
}

enum outcome account_ask_reset(struct db *db, struct arena *arena, const char *email, const char *client,
                               int64_t *retry_after_s) {
    int64_t now = clock_now();
    int64_t asked = 0;
    int64_t since = 0;
    int64_t waiting = 0;
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = count_asked(db, arena, client, now, &asked, &since);
    if (result == DB_OK)
        result = db_find_integer_values(db, &ACCOUNT_COUNT_WAITING, &waiting, NULL, 0);
    bool may_ask = asked <= ACCOUNT_MOST_ASKED && waiting < ACCOUNT_MOST_WAITING;
    if (result == DB_OK && may_ask)
        result = db_run(db, &ACCOUNT_ASK_RESET, db_text(user_email_key(arena, email)));
    if (result == DB_OK && may_ask)
        result = db_commit(db);
    db_rollback(db);
    if (result != DB_OK || may_ask)
        return outcome_of(result);
    *retry_after_s = since + ASKING_WINDOW_S - now + 1;
    return asked > ACCOUNT_MOST_ASKED ? OUTCOME_THROTTLED : OUTCOME_BUSY;
}

enum outcome account_ask_verify(struct db *db, const struct user *user, int64_t *retry_after_s) {
    const char *email = user->email_pending ? user->email_pending : user->email;
    if (user->is_verified && !user->email_pending)
        return OUTCOME_OK;
    int64_t last = 0;
    enum db_result result =
        db_find_integer(db, &ACCOUNT_LAST_VERIFY, &last, db_integer(user->id), db_text(email));
    if (result != DB_OK && result != DB_END)
        return outcome_of(result);
    *retry_after_s = last + ACCOUNT_MAIL_EVERY_S - clock_now();
    if (last && *retry_after_s > 0)
        return OUTCOME_THROTTLED;
    result = db_begin_write(db, user->id);
    if (result == DB_OK)
        result = db_run(db, &ACCOUNT_ASK_VERIFY, db_integer(user->id));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

/* 0: she may ask now. */
static enum db_result find_address_wait(struct db *db, int64_t user_id, const char *key, int64_t *wait_s) {
    int64_t last = 0;
    enum db_result result =
        db_find_integer(db, &ACCOUNT_LAST_ADDRESS, &last, db_integer(user_id), db_text(key));
    int64_t left = last + ACCOUNT_ADDRESS_EVERY_S - clock_now();
    *wait_s = result == DB_OK && left > 0 ? left : 0;
    return result == DB_END ? DB_OK : result;
}

enum outcome account_ask_address(struct db *db, struct arena *arena, const struct user *user,
                                 const char *email, struct user *updated, int64_t *retry_after_s) {
    bool is_own = strcmp(user_email_key(arena, email), user_email_key(arena, user->email)) == 0;
    if (!is_own) {
        enum db_result result = find_address_wait(db, user->id, user_email_key(arena, email), retry_after_s);
        if (result != DB_OK || *retry_after_s)
            return result == DB_OK ? OUTCOME_THROTTLED : outcome_of(result);
    }
    struct db_rows *rows = NULL;
    enum outcome outcome = outcome_of(db_begin_write(db, user->id));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_start(db, &ACCOUNT_ASK_ADDRESS, &rows, db_integer(user->id),
                                      is_own ? db_null() : db_text(email)));
    if (outcome == OUTCOME_OK)
        outcome = user_read_one(rows, arena, updated);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}
