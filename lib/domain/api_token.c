#include "domain/api_token.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/user_row.h"

#include <string.h>

DB_QUERY(API_TOKEN_INSERT,
         "INSERT INTO api_token (user_id, name, scope, token_hash, created_at, expires_at) "
         "SELECT $1, $2, $3, $4, $5, $6 "
         "WHERE (SELECT count(*) FROM api_token WHERE user_id = $1 AND expires_at > $5) < $7 "
         "RETURNING id");
DB_QUERY(API_TOKEN_LIST, "SELECT id, name, scope, created_at, expires_at FROM api_token "
                         "WHERE user_id = $1 AND expires_at > $2 "
                         "ORDER BY id DESC");
DB_QUERY(API_TOKEN_DELETE, "DELETE FROM api_token WHERE id = $1 AND user_id = $2");
DB_QUERY(API_TOKEN_FIND,
         "SELECT " USER_COLUMNS ", api_token.id, api_token.scope, EXISTS (SELECT 1 FROM factor "
         "WHERE factor.user_id = api_token.user_id AND factor.confirmed_at IS NOT NULL) "
         "FROM api_token JOIN \"user\" ON \"user\".id = api_token.user_id "
         "WHERE api_token.token_hash = $1 AND api_token.expires_at > $2 AND \"user\".disabled_at IS NULL");
DB_QUERY(API_TOKEN_CLEAN, "DELETE FROM api_token WHERE expires_at <= $1");

const char *const API_TOKEN_SCOPES[] = {"read", "write", "admin", NULL};

enum { DAY_S = 24 * 3600 };

enum outcome api_token_create(struct db *db, struct arena *arena, const struct actor *actor,
                              const struct api_token_new *wanted, struct api_token *created,
                              const char **secret) {
    bool is_for_admins = strcmp(wanted->scope, "admin") == 0;
    if (!may(actor, VERB_ACCOUNT_SECURE, NULL) || (is_for_admins && !actor->is_admin))
        return OUTCOME_FORBIDDEN;
    const char *fresh = arena_print(arena, API_TOKEN_PREFIX "%s", random_token(arena));
    unsigned char hash[SHA256_BYTES];
    sha256(fresh, strlen(fresh), hash);
    int64_t now = clock_now();
    struct api_token token = {
        .name = wanted->name,
        .scope = wanted->scope,
        .created_at = now,
        .expires_at = now + wanted->days * DAY_S,
    };
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result =
            db_find_integer(db, &API_TOKEN_INSERT, &token.id, db_integer(actor->id), db_text(token.name),
                            db_text(token.scope), db_bytes(hash, sizeof(hash)), db_integer(token.created_at),
                            db_integer(token.expires_at), db_integer(API_TOKEN_MOST));
    bool is_full = result == DB_END;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_OK) {
        *created = token;
        *secret = fresh;
    }
    return is_full ? OUTCOME_CONFLICT : outcome_of(result);
}

enum outcome api_token_list(struct db *db, struct arena *arena, int64_t user_id, struct api_token **list,
                            size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &API_TOKEN_LIST, &rows, db_integer(user_id), db_integer(clock_now()));
    if (result != DB_OK)
        return outcome_of(result);
    struct api_token *found = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        found = arena_grow(arena, found, used, sizeof(*found));
        found[used++] = (struct api_token){
            .id = db_get_integer(rows, 0),
            .name = db_get_text(rows, 1, arena),
            .scope = db_get_text(rows, 2, arena),
            .created_at = db_get_integer(rows, 3),
            .expires_at = db_get_integer(rows, 4),
        };
    }
    db_finish(rows);
    if (result == DB_END) {
        *list = found;
        *count = used;
    }
    return outcome_of(result);
}

enum outcome api_token_delete(struct db *db, const struct actor *actor, int64_t id) {
    if (!may(actor, VERB_ACCOUNT_SECURE, NULL))
        return OUTCOME_FORBIDDEN;
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_run(db, &API_TOKEN_DELETE, db_integer(id), db_integer(actor->id));
    bool found = result == DB_OK && db_changes(db) > 0;
    if (found)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK && !found ? OUTCOME_NOT_FOUND : outcome_of(result);
}

static enum scope scope_of(struct db_rows *rows, int column) {
    static const enum scope scopes[] = {SCOPE_READ, SCOPE_WRITE, SCOPE_ADMIN};
    for (size_t i = 0; i < COUNT(scopes); i++)
        if (db_text_is(rows, column, API_TOKEN_SCOPES[i]))
            return scopes[i];
    return SCOPE_NONE;
}

enum outcome api_token_find(struct db *db, struct arena *arena, const char *secret, struct user *user,
                            struct api_token_use *use) {
    if (strncmp(secret, API_TOKEN_PREFIX, strlen(API_TOKEN_PREFIX)) != 0)
        return OUTCOME_NOT_FOUND;
    unsigned char hash[SHA256_BYTES];
    sha256(secret, strlen(secret), hash);
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &API_TOKEN_FIND, &rows, db_bytes(hash, sizeof(hash)), db_integer(clock_now()));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW) {
        user_read_row(rows, arena, user);
        *use = (struct api_token_use){
            .id = db_get_integer(rows, USER_COLUMN_COUNT),
            .scope = scope_of(rows, USER_COLUMN_COUNT + 1),
            .has_factor = db_get_integer(rows, USER_COLUMN_COUNT + 2) != 0,
        };
    }
    db_finish(rows);
    return result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
}

enum outcome api_token_clean(struct db *db) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &API_TOKEN_CLEAN, db_integer(clock_now()));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
