/* Triggers see to what follows: see user_after_disable and user_after_delete in db/sqlite. */
#include "domain/user_admin.h"

#include "base/clock.h"
#include "domain/user_row.h"

DB_QUERY(USER_SET_RIGHTS, "UPDATE \"user\" SET role = coalesce($2, role), disabled_at = CASE "
                          "WHEN $3 IS NULL THEN disabled_at WHEN $3 = 0 THEN NULL "
                          "ELSE coalesce(disabled_at, $4) END "
                          "WHERE id = $1 AND deleted_at IS NULL "
                          "RETURNING " USER_COLUMNS);
/* An address of a domain that never is (RFC 2606): unique, and nobody's. */
#define NO_ADDRESS "'deleted-' || id || '@deleted.invalid'"
DB_QUERY(USER_DELETE, "UPDATE \"user\" SET email = " NO_ADDRESS ", email_key = " NO_ADDRESS ", name = $2, "
                      "email_pending = NULL, "
                      "password_hash = NULL, role = 'member', language = 'en', mail_how = 'off', "
                      "mail_level = 'involved', mail_own = 0, mail_hour = 8, time_zone = 'UTC', "
                      "disabled_at = coalesce(disabled_at, $3), deleted_at = $3 "
                      "WHERE id = $1 AND deleted_at IS NULL");
DB_QUERY(USER_SCRUB_LOG, "UPDATE event SET detail = '{}' WHERE user_id = $1 AND detail <> '{}'");

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

enum outcome user_delete(struct db *db, struct arena *arena, const struct actor *actor, int64_t id,
                         const struct proof *proof, struct proof_result *why) {
    if (!may(actor, VERB_PERSON_DELETE, &(struct object){.person_id = id}))
        return OUTCOME_FORBIDDEN;
    if (id == actor->id) {
        enum outcome outcome = proof ? proof_check(db, arena, id, proof, why) : OUTCOME_FORBIDDEN;
        if (outcome != OUTCOME_OK)
            return outcome == OUTCOME_FORBIDDEN ? OUTCOME_INVALID : outcome;
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
