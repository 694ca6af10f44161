/* Triggers see to what follows: see user_after_disable and user_after_delete in db/sqlite. */
#include "domain/user_admin.h"

#include "base/clock.h"
#include "domain/password.h"
#include "domain/user_row.h"

DB_QUERY(USER_SET_RIGHTS, "UPDATE \"user\" SET role = coalesce($2, role), disabled_at = CASE "
                          "WHEN $3 IS NULL THEN disabled_at WHEN $3 = 0 THEN NULL "
                          "ELSE coalesce(disabled_at, $4) END "
                          "WHERE id = $1 AND deleted_at IS NULL "
                          "RETURNING " USER_COLUMNS);
DB_QUERY(USER_HASH, "SELECT password_hash FROM \"user\" WHERE id = $1 AND disabled_at IS NULL");
/* An address of a domain that never is (RFC 2606): unique, and nobody's. */
#define NO_ADDRESS "'deleted-' || id || '@deleted.invalid'"
DB_QUERY(USER_DELETE, "UPDATE \"user\" SET email = " NO_ADDRESS ", email_key = " NO_ADDRESS ", name = $2, "
                      "password_hash = NULL, role = 'member', language = 'en', mail_how = 'off', "
                      "mail_level = 'involved', mail_own = 0, mail_hour = 8, time_zone = 'UTC', "
                      "disabled_at = coalesce(disabled_at, $3), deleted_at = $3 "
                      "WHERE id = $1 AND deleted_at IS NULL");
DB_QUERY(USER_SCRUB_LOG, "UPDATE event SET detail = '{}' WHERE user_id = $1 AND detail <> '{}'");
DB_QUERY(USER_FIND_BY_EMAIL,
         "SELECT " USER_COLUMNS " FROM \"user\" WHERE email_key = $1 AND deleted_at IS NULL");

const struct actor ACTOR_AT_SERVER = {.is_admin = true, .scope = SCOPE_SESSION};

static enum outcome end_write(struct db *db, enum outcome outcome) {
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

enum outcome user_set_rights(struct db *db, struct arena *arena, const struct actor *actor, int64_t id,
                             const struct user_rights *rights, struct user *updated) {
    if (!may(actor, VERB_PERSON_UPDATE, &(struct object){.person_id = id}))
        return OUTCOME_FORBIDDEN;
    enum db_result result = db_begin_write(db, actor->id);
    if (result != DB_OK)
        return outcome_of(result);
    const char *role = rights->is_admin ? (*rights->is_admin ? "admin" : "member") : NULL;
    struct db_rows *rows = NULL;
    enum outcome outcome = outcome_of(db_start(
        db, &USER_SET_RIGHTS, &rows, db_integer(id), db_text(role),
        rights->is_disabled ? db_integer(*rights->is_disabled) : db_null(), db_integer(clock_now())));
    if (outcome == OUTCOME_OK)
        outcome = user_read_one(rows, arena, updated);
    /* The only constraint here is the last administrator's. */
    return end_write(db, outcome == OUTCOME_EXISTS ? OUTCOME_CONFLICT : outcome);
}

static enum outcome check_password(struct db *db, struct arena *arena, int64_t id, const char *password) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &USER_HASH, &rows, db_integer(id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    const char *hash = result == DB_ROW ? db_get_text(rows, 0, arena) : NULL;
    db_finish(rows);
    if (result != DB_ROW && result != DB_END)
        return outcome_of(result);
    return password_matches(hash, password ? password : "") ? OUTCOME_OK : OUTCOME_INVALID;
}

enum outcome user_delete(struct db *db, struct arena *arena, const struct actor *actor, int64_t id,
                         const char *password) {
    if (!may(actor, VERB_PERSON_DELETE, &(struct object){.person_id = id}))
        return OUTCOME_FORBIDDEN;
    if (id == actor->id) {
        enum outcome outcome = check_password(db, arena, id, password);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    enum db_result result = db_begin_write(db, actor->id);
    if (result != DB_OK)
        return outcome_of(result);
    result = db_run(db, &USER_DELETE, db_integer(id), db_text(USER_NAME_GONE), db_integer(clock_now()));
    enum outcome outcome = result == DB_CONSTRAINT ? OUTCOME_CONFLICT : outcome_of(result);
    if (outcome == OUTCOME_OK && !db_changes(db))
        outcome = OUTCOME_NOT_FOUND;
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_run(db, &USER_SCRUB_LOG, db_integer(id)));
    return end_write(db, outcome);
}

enum outcome user_find_by_email(struct db *db, struct arena *arena, const char *email, struct user *found) {
    struct db_rows *rows = NULL;
    enum outcome outcome =
        outcome_of(db_start(db, &USER_FIND_BY_EMAIL, &rows, db_text(user_email_key(arena, email))));
    return outcome == OUTCOME_OK ? user_read_one(rows, arena, found) : outcome;
}
