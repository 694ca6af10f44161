#include "domain/account_mail.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/account.h"

#include <string.h>

enum { MAILS_A_BATCH = 50 };

DB_QUERY(ACCOUNT_OUTBOX_ANY, "SELECT id FROM account_outbox LIMIT 1");
DB_QUERY(ACCOUNT_OUTBOX_LIST,
         "SELECT account_outbox.id, account_outbox.purpose, account_outbox.address, \"user\".id, "
         "\"user\".email, \"user\".email_is_verified, \"user\".email_pending, account_outbox.request "
         "FROM account_outbox LEFT JOIN \"user\" ON \"user\".id = coalesce(account_outbox.user_id, "
         "(SELECT asked.id FROM \"user\" AS asked WHERE asked.email_key = account_outbox.email_key)) "
         "AND \"user\".disabled_at IS NULL "
         "ORDER BY account_outbox.id "
         "LIMIT $1");
DB_QUERY(ACCOUNT_OUTBOX_DELETE, "DELETE FROM account_outbox WHERE id = $1");
DB_QUERY(ACCOUNT_DELIVERY_INSERT,
         "INSERT INTO delivery (user_id, kind, purpose, address, message_id, opened_at, next_at, request) "
         "VALUES ($1, 'account', $2, $3, $4, $5, $5, $6) "
         "RETURNING id");
/* What was used is done with; a mistyped address can be mended sooner, but is no way to mail many. */
DB_QUERY(
    ACCOUNT_TOKEN_RECENT,
    "SELECT 1 FROM account_token WHERE user_id = $1 AND purpose = $2 AND delivery_id IS NOT NULL "
    "AND created_at > CASE WHEN email_key = $3 THEN $4 ELSE $5 END "
    "UNION ALL SELECT 1 FROM account_token WHERE email_key = $3 AND purpose = $2 AND delivery_id IS NOT NULL "
    "AND created_at > $4 "
    "LIMIT 1");
DB_QUERY(ACCOUNT_TOKEN_INSERT,
         "INSERT INTO account_token (user_id, purpose, delivery_id, email, email_key, nonce, created_at) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7) "
         "ON CONFLICT (user_id, purpose) DO UPDATE "
         "SET delivery_id = $3, email = $4, email_key = $5, nonce = $6, created_at = $7, token_hash = NULL, "
         "expires_at = 0");
DB_QUERY(ACCOUNT_NONCE,
         "SELECT lower(hex(account_token.nonce)), account_token.user_id, account_token.purpose "
         "FROM delivery JOIN account_token ON account_token.user_id = delivery.user_id "
         "AND account_token.purpose = delivery.purpose "
         "AND account_token.delivery_id = delivery.id "
         "WHERE delivery.id = $1");
DB_QUERY(ACCOUNT_ISSUE, "UPDATE account_token SET token_hash = $4, expires_at = $5 "
                        "WHERE user_id = $1 AND purpose = $2 AND delivery_id = $3");

/* What was put down, and whom it is about. */
struct wish {
    int64_t id;
    const char *purpose;
    const char *address; /* NULL: the person's own */
    int64_t user_id;     /* 0: nobody */
    const char *email;
    bool is_verified;
    const char *email_pending;
    const char *request; /* by which it was put down; NULL: by none */
};

bool account_mail_has_token(const char *purpose) {
    return strcmp(purpose, "verify") == 0 || strcmp(purpose, "reset") == 0;
}

/* Where a mail with a token goes; NULL: there is nothing to verify any more. Whoever forgot the password of
 * an account whose address was never verified is asked to do that first. */
static const char *token_address(struct wish *wish) {
    if (!wish->is_verified)
        wish->purpose = "verify";
    if (strcmp(wish->purpose, "reset") == 0)
        return wish->email;
    if (wish->email_pending)
        return wish->email_pending;
    return wish->is_verified ? NULL : wish->email;
}

static enum db_result insert_delivery(struct db *db, struct arena *arena, const struct wish *wish,
                                      const char *host, const char *address, int64_t *id) {
    const char *message_id =
        arena_print(arena, "account-%lld.%.24s@%s", (long long)wish->user_id, random_token(arena), host);
    return db_find_integer(db, &ACCOUNT_DELIVERY_INSERT, id, db_integer(wish->user_id),
                           db_text(wish->purpose), db_text(address), db_text(message_id),
                           db_integer(clock_now()), db_text(wish->request));
}

static enum db_result plan_token(struct db *db, struct arena *arena, struct wish *wish, const char *host) {
    const char *address = token_address(wish);
    if (!address)
        return DB_OK;
    int64_t now = clock_now();
    int64_t any = 0;
    const char *key = user_email_key(arena, address);
    enum db_result result = db_find_integer(
        db, &ACCOUNT_TOKEN_RECENT, &any, db_integer(wish->user_id), db_text(wish->purpose), db_text(key),
        db_integer(now - ACCOUNT_MAIL_EVERY_S), db_integer(now - ACCOUNT_ADDRESS_EVERY_S));
    if (result != DB_END)
        return result;
    unsigned char nonce[SHA256_BYTES];
    random_fill(nonce, sizeof(nonce));
    int64_t delivery_id = 0;
    result = insert_delivery(db, arena, wish, host, address, &delivery_id);
    if (result == DB_OK)
        result = db_run(db, &ACCOUNT_TOKEN_INSERT, db_integer(wish->user_id), db_text(wish->purpose),
                        db_integer(delivery_id), db_text(address), db_text(key),
                        db_bytes(nonce, sizeof(nonce)), db_integer(now));
    return result;
}

static enum db_result plan_wish(struct db *db, struct arena *arena, struct wish *wish, const char *host) {
    enum db_result result = DB_OK;
    int64_t id = 0;
    if (wish->user_id && account_mail_has_token(wish->purpose))
        result = plan_token(db, arena, wish, host);
    else if (wish->user_id && wish->is_verified)
        result = insert_delivery(db, arena, wish, host, wish->address, &id);
    return result == DB_OK ? db_run(db, &ACCOUNT_OUTBOX_DELETE, db_integer(wish->id)) : result;
}

static enum db_result list_wishes(struct db *db, struct arena *arena, struct wish wishes[MAILS_A_BATCH],
                                  size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &ACCOUNT_OUTBOX_LIST, &rows, db_integer(MAILS_A_BATCH));
    if (result != DB_OK)
        return result;
    while (*count < MAILS_A_BATCH && (result = db_next(rows)) == DB_ROW)
        wishes[(*count)++] = (struct wish){
            .id = db_get_integer(rows, 0),
            .purpose = db_get_text(rows, 1, arena),
            .address = db_get_text(rows, 2, arena),
            .user_id = db_get_integer(rows, 3),
            .email = db_get_text(rows, 4, arena),
            .is_verified = db_get_integer(rows, 5) != 0,
            .email_pending = db_get_text(rows, 6, arena),
            .request = db_get_text(rows, 7, arena),
        };
    db_finish(rows);
    return result == DB_ROW || result == DB_END ? DB_OK : result;
}

enum outcome account_mail_plan(struct db *db, struct arena *arena, const char *host, bool *more) {
    *more = false;
    int64_t any = 0;
    enum db_result result = db_find_integer_values(db, &ACCOUNT_OUTBOX_ANY, &any, NULL, 0);
    if (result != DB_OK) /* with nothing put down no write turn is taken */
        return outcome_of(result);
    struct wish wishes[MAILS_A_BATCH];
    size_t count = 0;
    result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = list_wishes(db, arena, wishes, &count);
    for (size_t i = 0; i < count && result == DB_OK; i++)
        result = plan_wish(db, arena, &wishes[i], host);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    *more = result == DB_OK && count == MAILS_A_BATCH;
    return outcome_of(result);
}

enum outcome account_mail_issue(struct db *db, struct arena *arena, const struct signer *signer,
                                int64_t delivery_id, const char **token) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &ACCOUNT_NONCE, &rows, db_integer(delivery_id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    bool is_found = result == DB_ROW;
    const char *nonce = is_found ? db_get_text(rows, 0, arena) : NULL;
    int64_t user_id = is_found ? db_get_integer(rows, 1) : 0;
    const char *purpose = is_found ? db_get_text(rows, 2, arena) : NULL;
    db_finish(rows);
    if (!is_found)
        return result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
    const char *text = arena_print(arena, "%s.%lld.%s", purpose, (long long)delivery_id, nonce);
    unsigned char secret[SHA256_BYTES];
    signature_derive(signer, "account-token", text, secret);
    const char *derived = base64url_encode(arena, secret, sizeof(secret));
    unsigned char hash[SHA256_BYTES];
    sha256(derived, strlen(derived), hash);
    result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &ACCOUNT_ISSUE, db_integer(user_id), db_text(purpose), db_integer(delivery_id),
                        db_bytes(hash, sizeof(hash)), db_integer(clock_now() + ACCOUNT_TOKEN_LIFETIME_S));
    bool is_wanted = result == DB_OK && db_changes(db) > 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_OK && is_wanted)
        *token = derived;
    return result == DB_OK && !is_wanted ? OUTCOME_NOT_FOUND : outcome_of(result);
}
