#include "domain/bounce.h"

#include <string.h>

DB_QUERY(BOUNCE_FIND, "SELECT id FROM delivery WHERE message_id = $1");
DB_QUERY(BOUNCE_STATE, "SELECT state FROM delivery WHERE id = $1");
DB_QUERY(BOUNCE_FAIL, "UPDATE delivery SET state = 'failed', error = $2 WHERE id = $1");
DB_QUERY(BOUNCE_SUPPRESS, "INSERT INTO suppression (email_key, reason, detail) "
                          "SELECT coalesce(lower(delivery.address), \"user\".email_key), 'bounce', $2 "
                          "FROM delivery JOIN \"user\" ON \"user\".id = delivery.user_id "
                          "WHERE delivery.id = $1 "
                          "ON CONFLICT (email_key) DO NOTHING");

enum outcome bounce_find(struct db *db, const char *message_id, int64_t *delivery_id) {
    enum db_result result = db_find_integer(db, &BOUNCE_FIND, delivery_id, db_text(message_id));
    return result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
}

/* A server that took a mail and did not get to say so has it in `retry` here, and may report it, too. */
static enum outcome may_fail(struct db *db, struct arena *arena, int64_t delivery_id) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &BOUNCE_STATE, &rows, db_integer(delivery_id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    const char *state = result == DB_ROW ? db_get_text(rows, 0, arena) : "";
    db_finish(rows);
    if (result != DB_ROW && result != DB_END)
        return outcome_of(result);
    if (strcmp(state, "leased") == 0)
        return OUTCOME_CONFLICT;
    return strcmp(state, "sent") == 0 || strcmp(state, "retry") == 0 ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

enum outcome bounce_record(struct db *db, struct arena *arena, const struct bounce *bounce) {
    enum outcome outcome = outcome_of(db_begin_write(db, 0));
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = may_fail(db, arena, bounce->delivery_id);
    if (outcome == OUTCOME_OK)
        outcome =
            outcome_of(db_run(db, &BOUNCE_FAIL, db_integer(bounce->delivery_id), db_text(bounce->said)));
    if (outcome == OUTCOME_OK && bounce->is_bad_mailbox)
        outcome =
            outcome_of(db_run(db, &BOUNCE_SUPPRESS, db_integer(bounce->delivery_id), db_text(bounce->said)));
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}
