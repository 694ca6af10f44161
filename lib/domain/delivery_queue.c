#include "domain/delivery_queue.h"

#include "base/clock.h"

#define ROW_SELECT                                                                                           \
    "SELECT delivery.id, coalesce(delivery.task_id, 0), delivery.attempts, delivery.created_at, "            \
    "delivery.opened_at, delivery.next_at, coalesce(delivery.sent_at, 0), \"user\".name, "                   \
    "coalesce(delivery.address, \"user\".email), "                                                           \
    "delivery.state, delivery.error, delivery.message_id, delivery.purpose "                                 \
    "FROM delivery JOIN \"user\" ON \"user\".id = delivery.user_id "
DB_QUERY(DELIVERY_LIST, ROW_SELECT "WHERE $1 = '' OR delivery.state = $1 "
                                   "ORDER BY delivery.id DESC "
                                   "LIMIT $2");
DB_QUERY(DELIVERY_WAITING, ROW_SELECT "WHERE delivery.state IN ('pending', 'leased', 'retry') "
                                      "ORDER BY delivery.next_at, delivery.id");
DB_QUERY(DELIVERY_ROW, ROW_SELECT "WHERE delivery.id = $1");
DB_QUERY(DELIVERY_EVENTS, "SELECT event.id, event.at, coalesce(event.task_id, 0), event.type, actor.name, "
                          "event_recipient.reason "
                          "FROM event_recipient JOIN event ON event.id = event_recipient.event_id "
                          "LEFT JOIN \"user\" AS actor ON actor.id = event.actor_id "
                          "WHERE event_recipient.delivery_id = $1 "
                          "ORDER BY event.id");
DB_QUERY(COUNT_OUTBOX, "SELECT count(*) FROM outbox");
DB_QUERY(COUNT_ACCOUNT_OUTBOX, "SELECT count(*) FROM account_outbox");
DB_QUERY(COUNT_WAITING, "SELECT state, count(*) FROM delivery WHERE state IN ('pending', 'leased', 'retry') "
                        "GROUP BY state");
/* One that was never tried is no open one again: another may be open by now. */
#define REVIVE                                                                                               \
    "UPDATE delivery SET state = 'pending', next_at = $1, created_at = $1, "                                 \
    "attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END "
DB_QUERY(DELIVERY_REVIVE, REVIVE "WHERE id = $2 AND state IN ('failed', 'dead', 'suppressed', 'retry')");
DB_QUERY(DELIVERY_REVIVE_ALL, REVIVE "WHERE state IN ('failed', 'dead')");
DB_QUERY(DELIVERY_DROP, "UPDATE delivery SET state = 'suppressed', error = 'dropped by the administrator' "
                        "WHERE id = $1 AND state IN ('pending', 'retry', 'dead', 'failed')");

static void read_row(struct db_rows *rows, struct arena *arena, struct delivery_row *row) {
    *row = (struct delivery_row){
        .id = db_get_integer(rows, 0),
        .task_id = db_get_integer(rows, 1),
        .attempts = db_get_integer(rows, 2),
        .created_at = db_get_integer(rows, 3),
        .opened_at = db_get_integer(rows, 4),
        .next_at = db_get_integer(rows, 5),
        .sent_at = db_get_integer(rows, 6),
        .name = db_get_text(rows, 7, arena),
        .email = db_get_text(rows, 8, arena),
        .state = db_get_text(rows, 9, arena),
        .error = db_get_text(rows, 10, arena),
        .message_id = db_get_text(rows, 11, arena),
        .purpose = db_get_text(rows, 12, arena),
    };
}

static enum outcome list(struct db *db, struct arena *arena, const struct db_query *query,
                         const struct db_value *values, size_t value_count, struct delivery_row **rows,
                         size_t *count) {
    struct db_rows *answer = NULL;
    enum db_result result = db_start_values(db, query, &answer, values, value_count);
    if (result != DB_OK)
        return outcome_of(result);
    struct delivery_row *found = NULL;
    size_t used = 0;
    while ((result = db_next(answer)) == DB_ROW) {
        found = arena_grow(arena, found, used, sizeof(*found));
        read_row(answer, arena, &found[used++]);
    }
    db_finish(answer);
    *rows = found;
    *count = used;
    return outcome_of(result);
}

enum outcome delivery_list(struct db *db, struct arena *arena, const char *state, int64_t limit,
                           struct delivery_row **rows, size_t *count) {
    const struct db_value values[] = {db_text(state ? state : ""), db_integer(limit)};
    return list(db, arena, &DELIVERY_LIST, values, COUNT(values), rows, count);
}

enum outcome delivery_list_waiting(struct db *db, struct arena *arena, struct delivery_row **rows,
                                   size_t *count) {
    return list(db, arena, &DELIVERY_WAITING, NULL, 0, rows, count);
}

enum outcome delivery_find_row(struct db *db, struct arena *arena, int64_t id, struct delivery_row *found) {
    const struct db_value values[] = {db_integer(id)};
    struct delivery_row *rows = NULL;
    size_t count = 0;
    enum outcome outcome = list(db, arena, &DELIVERY_ROW, values, COUNT(values), &rows, &count);
    if (outcome == OUTCOME_OK && count)
        *found = *rows;
    return outcome == OUTCOME_OK && !count ? OUTCOME_NOT_FOUND : outcome;
}

enum outcome delivery_list_events(struct db *db, struct arena *arena, int64_t id,
                                  struct delivery_event **events, size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &DELIVERY_EVENTS, &rows, db_integer(id));
    if (result != DB_OK)
        return outcome_of(result);
    struct delivery_event *found = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        found = arena_grow(arena, found, used, sizeof(*found));
        found[used++] = (struct delivery_event){
            .id = db_get_integer(rows, 0),
            .at = db_get_integer(rows, 1),
            .task_id = db_get_integer(rows, 2),
            .type = db_get_text(rows, 3, arena),
            .actor = db_get_text(rows, 4, arena),
            .reason = db_get_text(rows, 5, arena),
        };
    }
    db_finish(rows);
    *events = found;
    *count = used;
    return outcome_of(result);
}

static enum outcome change(struct db *db, const struct db_query *query, const struct db_value *values,
                           size_t value_count, int64_t *count) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run_values(db, query, values, value_count);
    *count = result == DB_OK ? db_changes(db) : 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

/* As change, for the one mail that must be there. */
static enum outcome change_one(struct db *db, const struct db_query *query, const struct db_value *values,
                               size_t value_count) {
    int64_t count = 0;
    enum outcome outcome = change(db, query, values, value_count, &count);
    return outcome == OUTCOME_OK && !count ? OUTCOME_NOT_FOUND : outcome;
}

const char *const DELIVERY_WAITING_WORDS[DELIVERY_WAITING_STATES] = {"pending", "leased", "retry"};

enum outcome delivery_count_waiting(struct db *db, struct delivery_waiting *waiting) {
    struct delivery_waiting found = {0};
    struct db_rows *rows = NULL;
    enum db_result result = db_find_integer_values(db, &COUNT_OUTBOX, &found.events, NULL, 0);
    if (result == DB_OK)
        result = db_find_integer_values(db, &COUNT_ACCOUNT_OUTBOX, &found.wishes, NULL, 0);
    if (result == DB_OK)
        result = db_start_values(db, &COUNT_WAITING, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    while ((result = db_next(rows)) == DB_ROW)
        for (size_t i = 0; i < DELIVERY_WAITING_STATES; i++)
            if (db_text_is(rows, 0, DELIVERY_WAITING_WORDS[i]))
                found.deliveries[i] = db_get_integer(rows, 1);
    db_finish(rows);
    if (result == DB_END)
        *waiting = found;
    return outcome_of(result);
}

enum outcome delivery_revive(struct db *db, int64_t id) {
    const struct db_value values[] = {db_integer(clock_now()), db_integer(id)};
    return change_one(db, &DELIVERY_REVIVE, values, COUNT(values));
}

enum outcome delivery_revive_all(struct db *db, int64_t *count) {
    const struct db_value values[] = {db_integer(clock_now())};
    return change(db, &DELIVERY_REVIVE_ALL, values, COUNT(values), count);
}

enum outcome delivery_drop(struct db *db, int64_t id) {
    const struct db_value values[] = {db_integer(id)};
    return change_one(db, &DELIVERY_DROP, values, COUNT(values));
}
