/*
 * Both tables are walked from the bottom, where the old rows are, by ranges of ids: a batch costs the same
 * however long the log is. The walk ends with the first batch that holds nothing old.
 */
#include "domain/retention.h"

enum { RETENTION_BATCH = 200 };

/* The end of the next batch; no row: nothing in it is old. */
#define OLD_BATCH(table, time)                                                                               \
    "SELECT max(id) FROM (SELECT id, " time " AS time FROM " table " WHERE id > $1 ORDER BY id LIMIT $3) "   \
    "AS batch HAVING min(time) < $2"
DB_QUERY(RETENTION_EVENT_BATCH, OLD_BATCH("event", "at"));
DB_QUERY(RETENTION_DELIVERY_BATCH, OLD_BATCH("delivery", "opened_at"));
/* Where the log begins; the trigger event_before_delete lets what is older go. */
DB_QUERY(RETENTION_BEGIN, "UPDATE setting SET value = $1 "
                          "WHERE key = 'log_begins_at' AND CAST(value AS BIGINT) < $2");
DB_QUERY(RETENTION_EVENTS,
         "DELETE FROM event WHERE id > $1 AND id <= $2 AND at < $3 "
         "AND id <> (SELECT coalesce(max(id), 0) FROM event WHERE is_visible = 1) "
         "AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.event_id = event.id) "
         "AND NOT EXISTS (SELECT 1 FROM event_recipient "
         "JOIN delivery ON delivery.id = event_recipient.delivery_id "
         "WHERE event_recipient.event_id = event.id AND delivery.state IN ('pending', 'leased', 'retry'))");
DB_QUERY(RETENTION_DELIVERIES,
         "DELETE FROM delivery WHERE id > $1 AND id <= $2 AND opened_at < $3 "
         "AND state IN ('sent', 'failed', 'dead', 'suppressed') "
         "AND NOT EXISTS (SELECT 1 FROM event_recipient WHERE event_recipient.delivery_id = delivery.id)");

/* One table's walk. */
struct walk {
    const struct db_query *batch;
    const struct db_query *forget;
    const char *begins_at; /* of the log, as text */
    int64_t before;
};

static enum db_result forget(struct db *db, const struct walk *walk, int64_t after, int64_t last,
                             int64_t *count) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &RETENTION_BEGIN, db_text(walk->begins_at), db_integer(walk->before));
    if (result == DB_OK)
        result = db_run(db, walk->forget, db_integer(after), db_integer(last), db_integer(walk->before));
    int64_t gone = result == DB_OK ? db_changes(db) : 0;
    if (result == DB_OK)
        result = db_commit(db);
    if (result == DB_OK)
        *count += gone;
    db_rollback(db);
    return result;
}

static enum outcome walk_table(struct db *db, const struct walk *walk, int64_t *count) {
    int64_t after = 0;
    enum db_result result = DB_OK;
    while (result == DB_OK) {
        int64_t last = 0;
        result = db_find_integer(db, walk->batch, &last, db_integer(after), db_integer(walk->before),
                                 db_integer(RETENTION_BATCH));
        if (result == DB_OK)
            result = forget(db, walk, after, last, count);
        after = last;
    }
    return outcome_of(result);
}

enum outcome retention_forget(struct db *db, struct arena *arena, int64_t before, struct retention_sum *sum) {
    const char *begins_at = arena_print(arena, "%lld", (long long)before);
    const struct walk events = {&RETENTION_EVENT_BATCH, &RETENTION_EVENTS, begins_at, before};
    const struct walk deliveries = {&RETENTION_DELIVERY_BATCH, &RETENTION_DELIVERIES, begins_at, before};
    *sum = (struct retention_sum){0};
    enum outcome outcome = walk_table(db, &events, &sum->events);
    return outcome == OUTCOME_OK ? walk_table(db, &deliveries, &sum->deliveries) : outcome;
}
