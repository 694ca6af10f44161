/* The states of a delivery: db/sqlite/0006-mail.sql draws them. */
#include "domain/delivery.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/user_row.h"

#include <string.h>

enum { FIRST_RETRY_S = 60, LONGEST_RETRY_S = 6 * 3600 };

#define DUE_STATES "state IN ('pending', 'leased', 'retry')"

DB_QUERY(DELIVERY_DUE, "SELECT id FROM delivery WHERE " DUE_STATES " AND next_at <= $1 LIMIT 1");
DB_QUERY(DELIVERY_LEASE,
         "UPDATE delivery SET state = 'leased', attempts = attempts + 1, next_at = $2, lease = $4, "
         "due_at = CASE state WHEN 'pending' THEN next_at ELSE due_at END "
         "WHERE id IN (SELECT id FROM delivery WHERE " DUE_STATES " AND next_at <= $1 "
         "ORDER BY next_at, id LIMIT $3)");
#define DELIVERY_SELECT                                                                                      \
    "SELECT " USER_COLUMNS ", delivery.id, coalesce(delivery.task_id, 0), delivery.attempts, "               \
    "delivery.created_at, delivery.message_id, task_watcher.user_id IS NOT NULL, "                           \
    "suppression.email_key IS NOT NULL OR \"user\".disabled_at IS NOT NULL, delivery.purpose, "              \
    "delivery.address, delivery.request "                                                                    \
    "FROM delivery JOIN \"user\" ON \"user\".id = delivery.user_id "                                         \
    "LEFT JOIN task_watcher ON task_watcher.task_id = delivery.task_id "                                     \
    "AND task_watcher.user_id = delivery.user_id AND task_watcher.state = 'mute' "                           \
    "LEFT JOIN suppression ON suppression.email_key = coalesce(lower(delivery.address), \"user\".email_key) "
DB_QUERY(DELIVERY_LEASED, DELIVERY_SELECT "WHERE delivery.state = 'leased' AND delivery.lease = $1 "
                                          "ORDER BY delivery.id "
                                          "LIMIT $2");
DB_QUERY(DELIVERY_FIND, DELIVERY_SELECT "WHERE delivery.id = $1 AND delivery.state <> 'sent'");
DB_QUERY(DELIVERY_SENT_AT, "UPDATE delivery SET state = 'sent', sent_at = $2, error = NULL WHERE id = $1");
DB_QUERY(DELIVERY_END, "UPDATE delivery SET state = $2, error = $3 WHERE id = $1 AND state <> 'suppressed'");
DB_QUERY(DELIVERY_SKIP_EVENTS, "UPDATE event_recipient SET delivery_id = NULL, skipped = $2 "
                               "WHERE delivery_id = $1");
DB_QUERY(DELIVERY_DELETE, "DELETE FROM delivery WHERE id = $1");
DB_QUERY(DELIVERY_RETRY_AT, "UPDATE delivery SET state = 'retry', next_at = $2, error = $3 "
                            "WHERE id = $1 AND state <> 'suppressed'");
DB_QUERY(DELIVERY_COUNT_DEAD, "SELECT count(*) FROM delivery "
                              "WHERE id > (SELECT max(id) FROM delivery) - 10000 AND state = 'dead'");
DB_QUERY(DELIVERY_COUNT_SENT, "SELECT count(*) FROM delivery WHERE sent_at >= $1");
/* Each is the first entry of an index: of the outbox, of what waits, and of what was taken already. */
DB_QUERY(DELIVERY_OLDEST, "SELECT (SELECT at FROM event WHERE id = (SELECT min(event_id) FROM outbox)), "
                          "(SELECT min(next_at) FROM delivery WHERE " DUE_STATES "), "
                          "(SELECT min(due_at) FROM delivery WHERE state IN ('leased', 'retry'))");
DB_QUERY(DELIVERY_SUPPRESS_ADDRESS,
         "INSERT INTO suppression (email_key, reason, detail) "
         "SELECT coalesce(lower(delivery.address), \"user\".email_key), 'refused', $2 "
         "FROM delivery JOIN \"user\" ON \"user\".id = delivery.user_id WHERE delivery.id = $1 "
         "AND \"user\".deleted_at IS NULL "
         "ON CONFLICT (email_key) DO NOTHING");

static void read_row(struct db_rows *rows, struct arena *arena, struct delivery *delivery) {
    user_read_row(rows, arena, &delivery->recipient);
    delivery->id = db_get_integer(rows, USER_COLUMN_COUNT);
    delivery->task_id = db_get_integer(rows, USER_COLUMN_COUNT + 1);
    delivery->attempts = db_get_integer(rows, USER_COLUMN_COUNT + 2);
    delivery->created_at = db_get_integer(rows, USER_COLUMN_COUNT + 3);
    delivery->message_id = db_get_text(rows, USER_COLUMN_COUNT + 4, arena);
    delivery->is_muted = db_get_integer(rows, USER_COLUMN_COUNT + 5) != 0;
    delivery->is_suppressed = db_get_integer(rows, USER_COLUMN_COUNT + 6) != 0;
    delivery->purpose = db_get_text(rows, USER_COLUMN_COUNT + 7, arena);
    if (!db_is_null(rows, USER_COLUMN_COUNT + 8))
        delivery->recipient.email = db_get_text(rows, USER_COLUMN_COUNT + 8, arena);
    delivery->request = db_get_text(rows, USER_COLUMN_COUNT + 9, arena);
}

static enum db_result read_leased(struct db *db, struct arena *arena, int64_t lease, int64_t limit,
                                  struct delivery *deliveries, size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &DELIVERY_LEASED, &rows, db_integer(lease), db_integer(limit));
    if (result != DB_OK)
        return result;
    *count = 0;
    while ((result = db_next(rows)) == DB_ROW)
        read_row(rows, arena, &deliveries[(*count)++]);
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

enum outcome delivery_lease(struct db *db, struct arena *arena, int64_t limit, int64_t lease_s,
                            struct delivery **deliveries, size_t *count) {
    *count = 0;
    *deliveries = arena_take_array(arena, (size_t)limit, sizeof(**deliveries));
    int64_t now = clock_now();
    int64_t any = 0;
    enum db_result result = db_find_integer(db, &DELIVERY_DUE, &any, db_integer(now));
    if (result != DB_OK) /* with nothing due no write turn is taken */
        return outcome_of(result);
    int64_t lease = 0; /* a number that no other lease has */
    random_fill(&lease, sizeof(lease));
    result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &DELIVERY_LEASE, db_integer(now), db_integer(now + lease_s), db_integer(limit),
                        db_integer(lease));
    if (result == DB_OK)
        result = read_leased(db, arena, lease, limit, *deliveries, count);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum outcome delivery_find(struct db *db, struct arena *arena, int64_t id, struct delivery *found) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &DELIVERY_FIND, &rows, db_integer(id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW)
        read_row(rows, arena, found);
    db_finish(rows);
    return result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
}

/* One statement, durable on return. */
static enum outcome record(struct db *db, const struct db_query *query, const struct db_value *values,
                           size_t count) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run_values(db, query, values, count);
    bool found = result == DB_OK && db_changes(db) > 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK && !found ? OUTCOME_NOT_FOUND : outcome_of(result);
}

enum outcome delivery_suppress(struct db *db, int64_t id, const char *error) {
    const struct db_value values[] = {db_integer(id), db_text("suppressed"), db_text(error)};
    return record(db, &DELIVERY_END, values, COUNT(values));
}

enum outcome delivery_skip(struct db *db, int64_t id, const char *why) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &DELIVERY_SKIP_EVENTS, db_integer(id), db_text(why));
    if (result == DB_OK)
        result = db_run(db, &DELIVERY_DELETE, db_integer(id));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

/* Mails that failed together do not come back together. */
static int64_t retry_at(const struct delivery *delivery, int64_t now) {
    int64_t wait_s = LONGEST_RETRY_S;
    if (delivery->attempts < 10 && ((int64_t)FIRST_RETRY_S << (delivery->attempts - 1)) < LONGEST_RETRY_S)
        wait_s = (int64_t)FIRST_RETRY_S << (delivery->attempts - 1);
    unsigned char chance = 0;
    random_fill(&chance, sizeof(chance));
    return now + wait_s + wait_s * (chance - 128) / 640;
}

static enum db_result record_end(struct db *db, const struct delivery_end *end, int64_t now) {
    const struct delivery *delivery = end->delivery;
    switch (end->ending) {
    case DELIVERY_SENT:
        return db_run(db, &DELIVERY_SENT_AT, db_integer(delivery->id), db_integer(now));
    case DELIVERY_RETRY:
        if (now - delivery->created_at < DELIVERY_GIVE_UP_S)
            return db_run(db, &DELIVERY_RETRY_AT, db_integer(delivery->id),
                          db_integer(retry_at(delivery, now)), db_text(end->said));
        return db_run(db, &DELIVERY_END, db_integer(delivery->id), db_text("dead"), db_text(end->said));
    case DELIVERY_FAILED:
        break;
    }
    enum db_result result =
        db_run(db, &DELIVERY_END, db_integer(delivery->id), db_text("failed"), db_text(end->said));
    if (result == DB_OK && end->is_bad_mailbox)
        result = db_run(db, &DELIVERY_SUPPRESS_ADDRESS, db_integer(delivery->id), db_text(end->said));
    return result;
}

enum outcome delivery_count_sent(struct db *db, int64_t since, int64_t *count) {
    return outcome_of(db_find_integer(db, &DELIVERY_COUNT_SENT, count, db_integer(since)));
}

enum outcome delivery_count_dead(struct db *db, int64_t *count) {
    return outcome_of(db_find_integer_values(db, &DELIVERY_COUNT_DEAD, count, NULL, 0));
}

enum outcome delivery_find_oldest(struct db *db, int64_t now, int64_t *since) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &DELIVERY_OLDEST, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    int64_t oldest = 0;
    for (int column = 0; column < 3 && result == DB_ROW; column++) {
        int64_t at = db_get_integer(rows, column);
        bool is_due = at && at <= now;
        if (is_due && (!oldest || at < oldest))
            oldest = at;
    }
    db_finish(rows);
    if (result == DB_ROW)
        *since = oldest;
    return outcome_of(result);
}

enum outcome delivery_record(struct db *db, const struct delivery_end *ends, size_t count) {
    int64_t now = clock_now();
    enum db_result result = db_begin_write(db, 0);
    for (size_t i = 0; i < count && result == DB_OK; i++)
        result = record_end(db, &ends[i], now);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
