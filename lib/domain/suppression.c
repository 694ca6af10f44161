#include "domain/suppression.h"

#include "domain/user.h"

DB_QUERY(SUPPRESSION_INSERT, "INSERT INTO suppression (email_key, reason, detail) VALUES ($1, $2, $3) "
                             "ON CONFLICT (email_key) DO NOTHING");
DB_QUERY(SUPPRESSION_DELETE, "DELETE FROM suppression WHERE email_key = $1");
DB_QUERY(SUPPRESSION_LIST, "SELECT email_key, reason, detail, created_at FROM suppression "
                           "ORDER BY created_at DESC, email_key");

enum outcome suppression_add(struct db *db, struct arena *arena, const char *address, const char *reason,
                             const char *detail) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &SUPPRESSION_INSERT, db_text(user_email_key(arena, address)), db_text(reason),
                        db_text(detail));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum outcome suppression_remove(struct db *db, struct arena *arena, const char *address) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &SUPPRESSION_DELETE, db_text(user_email_key(arena, address)));
    bool found = result == DB_OK && db_changes(db) > 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK && !found ? OUTCOME_NOT_FOUND : outcome_of(result);
}

enum outcome suppression_list(struct db *db, struct arena *arena, struct suppression **list, size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &SUPPRESSION_LIST, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    struct suppression *found = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        found = arena_grow(arena, found, used, sizeof(*found));
        found[used++] = (struct suppression){
            .address = db_get_text(rows, 0, arena),
            .reason = db_get_text(rows, 1, arena),
            .detail = db_get_text(rows, 2, arena),
            .created_at = db_get_integer(rows, 3),
        };
    }
    db_finish(rows);
    *list = found;
    *count = used;
    return outcome_of(result);
}
