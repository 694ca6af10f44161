#include "domain/outbox.h"

enum { REPLAY_BATCH = 500 };

/* Of an import that nobody was to hear of: the last silence that begins before the event reaches it. */
#define IS_HEARD                                                                                             \
    "coalesce((SELECT last_event_id FROM import_silence WHERE first_event_id <= event.id "                   \
    "ORDER BY first_event_id DESC LIMIT 1), 0) < event.id "

DB_QUERY(OUTBOX_COUNT, "SELECT count(*) FROM outbox");
DB_QUERY(OUTBOX_OLDEST, "SELECT event.at FROM event WHERE event.id = (SELECT min(event_id) FROM outbox)");
/* The last event of a batch; where there are many, the others are found from the one before. */
DB_QUERY(OUTBOX_REPLAY_END, "SELECT max(id) FROM (SELECT id FROM event "
                            "WHERE id >= $1 AND id <= $2 AND at >= $3 AND task_id IS NOT NULL AND " IS_HEARD
                            "ORDER BY id LIMIT $4) AS batch HAVING max(id) IS NOT NULL");
DB_QUERY(OUTBOX_REPLAY, "INSERT INTO outbox (event_id, task_id) SELECT id, task_id FROM event "
                        "WHERE id >= $1 AND id <= $2 AND at >= $3 AND task_id IS NOT NULL AND " IS_HEARD
                        "ON CONFLICT (event_id) DO NOTHING");

enum outcome outbox_count(struct db *db, int64_t *count, int64_t *oldest_at) {
    *oldest_at = 0;
    enum db_result result = db_find_integer_values(db, &OUTBOX_COUNT, count, NULL, 0);
    if (result == DB_OK)
        result = db_find_integer_values(db, &OUTBOX_OLDEST, oldest_at, NULL, 0);
    return outcome_of(result);
}

static enum db_result put_back(struct db *db, int64_t from, int64_t to, int64_t since, int64_t *count) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &OUTBOX_REPLAY, db_integer(from), db_integer(to), db_integer(since));
    int64_t added = result == DB_OK ? db_changes(db) : 0;
    if (result == DB_OK)
        result = db_commit(db);
    if (result == DB_OK)
        *count += added;
    db_rollback(db);
    return result;
}

enum outcome outbox_replay(struct db *db, const struct outbox_range *range, int64_t *count) {
    *count = 0;
    int64_t from = range->from;
    for (;;) {
        int64_t last = 0;
        enum db_result result =
            db_find_integer(db, &OUTBOX_REPLAY_END, &last, db_integer(from), db_integer(range->to),
                            db_integer(range->since), db_integer(REPLAY_BATCH));
        if (result == DB_OK)
            result = put_back(db, from, last, range->since, count);
        if (result != DB_OK) /* DB_END: that was all */
            return outcome_of(result);
        from = last + 1;
    }
}
