#include "domain/invitation.h"

#include "base/clock.h"
#include "base/random.h"

#include <string.h>

DB_QUERY(INVITATION_INSERT,
         "INSERT INTO invitation (token_hash, email, email_key, role, creator_id, created_at, expires_at) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7) "
         "RETURNING id");
DB_QUERY(INVITATION_LIST,
         "SELECT invitation.id, invitation.email, invitation.role, invitation.creator_id, \"user\".name, "
         "invitation.created_at, invitation.expires_at "
         "FROM invitation LEFT JOIN \"user\" ON \"user\".id = invitation.creator_id "
         "WHERE invitation.expires_at > $1 "
         "ORDER BY invitation.id DESC");
DB_QUERY(INVITATION_DELETE, "DELETE FROM invitation WHERE id = $1");
#define IS_FOR "token_hash = $1 AND expires_at > $2 AND (email_key IS NULL OR email_key = $3)"
DB_QUERY(INVITATION_FIND, "SELECT id FROM invitation WHERE " IS_FOR);
DB_QUERY(INVITATION_USE, "DELETE FROM invitation WHERE " IS_FOR " RETURNING role = 'admin'");
DB_QUERY(INVITATION_CLEAN, "DELETE FROM invitation WHERE expires_at <= $1");

static const char IN_LINK[] = "invite=";

const char *invitation_link(struct arena *arena, const char *base_url, const char *token) {
    return arena_print(arena, "%s/#%s%s", base_url, IN_LINK, token);
}

const char *invitation_token(const char *typed) {
    const char *in_link = strstr(typed, IN_LINK);
    return in_link ? in_link + strlen(IN_LINK) : typed;
}

enum outcome invitation_create(struct db *db, struct arena *arena, const struct actor *actor,
                               const struct invitation_new *wanted, struct invitation *created,
                               const char **token) {
    if (!may(actor, VERB_INVITATION, NULL))
        return OUTCOME_FORBIDDEN;
    const char *fresh = random_token(arena);
    unsigned char hash[SHA256_BYTES];
    sha256(fresh, strlen(fresh), hash);
    struct invitation invitation = {
        .email = wanted->email,
        .is_admin = wanted->is_admin,
        .creator = {.id = actor->id},
        .created_at = clock_now(),
        .expires_at = clock_now() + INVITATION_LIFETIME_S,
    };
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_find_integer(
            db, &INVITATION_INSERT, &invitation.id, db_bytes(hash, sizeof(hash)), db_text(invitation.email),
            db_text(invitation.email ? user_email_key(arena, invitation.email) : NULL),
            db_text(invitation.is_admin ? "admin" : "member"), actor->id ? db_integer(actor->id) : db_null(),
            db_integer(invitation.created_at), db_integer(invitation.expires_at));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_OK) {
        *created = invitation;
        *token = fresh;
    }
    return outcome_of(result);
}

enum outcome invitation_list(struct db *db, struct arena *arena, struct invitation **list, size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &INVITATION_LIST, &rows, db_integer(clock_now()));
    if (result != DB_OK)
        return outcome_of(result);
    struct invitation *found = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        found = arena_grow(arena, found, used, sizeof(*found));
        found[used++] = (struct invitation){
            .id = db_get_integer(rows, 0),
            .email = db_get_text(rows, 1, arena),
            .is_admin = db_text_is(rows, 2, "admin"),
            .creator = {db_get_integer(rows, 3), db_get_text(rows, 4, arena)},
            .created_at = db_get_integer(rows, 5),
            .expires_at = db_get_integer(rows, 6),
        };
    }
    db_finish(rows);
    if (result == DB_END) {
        *list = found;
        *count = used;
    }
    return outcome_of(result);
}

enum outcome invitation_delete(struct db *db, const struct actor *actor, int64_t id) {
    if (!may(actor, VERB_INVITATION, NULL))
        return OUTCOME_FORBIDDEN;
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_run(db, &INVITATION_DELETE, db_integer(id));
    bool found = result == DB_OK && db_changes(db) > 0;
    if (found)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK && !found ? OUTCOME_NOT_FOUND : outcome_of(result);
}

static enum outcome look(struct db *db, const struct db_query *query, const char *token,
                         const char *email_key, int64_t *found) {
    unsigned char hash[SHA256_BYTES];
    sha256(token, strlen(token), hash);
    enum db_result result = db_find_integer(db, query, found, db_bytes(hash, sizeof(hash)),
                                            db_integer(clock_now()), db_text(email_key));
    return result == DB_END ? OUTCOME_FORBIDDEN : outcome_of(result);
}

enum outcome invitation_check(struct db *db, const char *token, const char *email_key) {
    int64_t id = 0;
    return look(db, &INVITATION_FIND, token, email_key, &id);
}

enum outcome invitation_use(struct db *db, const char *token, const char *email_key, bool *is_admin) {
    int64_t role = 0;
    enum outcome outcome = look(db, &INVITATION_USE, token, email_key, &role);
    if (outcome == OUTCOME_OK)
        *is_admin = role != 0;
    return outcome;
}

enum outcome invitation_clean(struct db *db) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &INVITATION_CLEAN, db_integer(clock_now()));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
