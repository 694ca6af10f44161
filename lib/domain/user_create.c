/* Apart from the rest of user.h: only who makes accounts needs invitations and the library of password
 * hashes. */
#include "domain/invitation.h"
#include "domain/password.h"
#include "domain/user_row.h"

DB_QUERY(USER_INSERT,
         "INSERT INTO \"user\" (email, email_key, name, password_hash, role, language, time_zone, "
         "email_is_verified) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
         "RETURNING " USER_COLUMNS);

enum outcome user_create(struct db *db, struct arena *arena, const struct user_new *new_user,
                         struct user *created) {
    const char *email_key = user_email_key(arena, new_user->email);
    const char *invitation = new_user->invitation;
    bool is_admin = new_user->is_admin;
    /* Before the dear hash: whoever has no invitation is sent away cheaply. */
    enum outcome outcome = invitation ? invitation_check(db, invitation, email_key) : OUTCOME_OK;
    if (outcome != OUTCOME_OK)
        return outcome;
    const char *hash = password_hash(arena, new_user->password);
    if (!hash)
        return OUTCOME_FAILED;
    enum db_result result = db_begin_write(db, 0);
    if (result != DB_OK)
        return outcome_of(result);
    struct db_rows *rows = NULL;
    if (invitation)
        outcome = invitation_use(db, invitation, email_key, &is_admin);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_start(
            db, &USER_INSERT, &rows, db_text(new_user->email), db_text(email_key), db_text(new_user->name),
            db_text(hash), db_text(is_admin ? "admin" : "member"), db_text(language_code(new_user->language)),
            db_text(new_user->time_zone ? new_user->time_zone : "UTC"), db_integer(new_user->is_verified)));
    if (outcome == OUTCOME_OK)
        outcome = user_read_one(rows, arena, created);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}
