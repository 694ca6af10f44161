/*
 * From events to deliveries. For each ripe task the people concerned are found (its creator, its assignee,
 * and whoever was the assignee within these events); each who did not do it all alone gets one delivery,
 * unless nothing is left to tell. The outbox rows go in the same transaction, so an event is either still to
 * be planned or planned, never lost between the two and never twice.
 */
#include "base/clock.h"
#include "base/random.h"
#include "domain/delivery.h"

#include <string.h>

enum { TASKS_A_BATCH = 100, MOST_RECIPIENTS = 64 };

DB_QUERY(OUTBOX_ANY, "SELECT event_id FROM outbox LIMIT 1");
DB_QUERY(OUTBOX_RIPE, "SELECT outbox.task_id, min(outbox.event_id), max(outbox.event_id) "
                      "FROM outbox JOIN event ON event.id = outbox.event_id "
                      "GROUP BY outbox.task_id "
                      "HAVING max(event.at) <= $1 OR min(event.at) <= $2 "
                      "OR max(CASE WHEN event.type IN ('task.created', 'task.assigned') "
                      "AND event.detail NOT LIKE '%\"assignee_id\":null%' THEN 1 ELSE 0 END) = 1 "
                      "ORDER BY min(outbox.event_id) "
                      "LIMIT $3");
DB_QUERY(OUTBOX_DELETE, "DELETE FROM outbox WHERE task_id = $1 AND event_id <= $2");
DB_QUERY(DELIVERY_INSERT,
         "INSERT INTO delivery (user_id, task_id, first_event_id, last_event_id, message_id) "
         "VALUES ($1, $2, $3, $4, $5) "
         "ON CONFLICT (user_id, task_id, last_event_id) DO NOTHING");

struct ripe {
    int64_t task_id;
    int64_t first_event_id;
    int64_t last_event_id;
};

static enum db_result find_ripe(struct db *db, int64_t rest_s, struct ripe *ripe, size_t *count) {
    int64_t now = clock_now();
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &OUTBOX_RIPE, &rows, db_integer(now - rest_s),
                                     db_integer(now - DELIVERY_MOST_WAIT_S), db_integer(TASKS_A_BATCH));
    if (result != DB_OK)
        return result;
    *count = 0;
    while ((result = db_next(rows)) == DB_ROW)
        ripe[(*count)++] =
            (struct ripe){db_get_integer(rows, 0), db_get_integer(rows, 1), db_get_integer(rows, 2)};
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

struct recipients {
    int64_t ids[MOST_RECIPIENTS];
    size_t count;
};

static void add_recipient(struct recipients *recipients, int64_t id) {
    for (size_t i = 0; i < recipients->count; i++)
        if (recipients->ids[i] == id)
            return;
    if (id && recipients->count < MOST_RECIPIENTS)
        recipients->ids[recipients->count++] = id;
}

static enum outcome find_recipients(struct db *db, struct arena *arena, const struct ripe *ripe,
                                    struct recipients *recipients) {
    struct task task;
    struct event *events = NULL;
    size_t count = 0;
    enum outcome outcome = task_find(db, arena, ripe->task_id, true, &task);
    if (outcome == OUTCOME_OK)
        outcome =
            event_range(db, arena, ripe->task_id, ripe->first_event_id, ripe->last_event_id, &events, &count);
    if (outcome != OUTCOME_OK)
        return outcome;
    recipients->count = 0;
    add_recipient(recipients, task.creator.id);
    add_recipient(recipients, task.assignee.id);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < events[i].change_count; j++) {
            add_recipient(recipients, events[i].changes[j].from_id);
            add_recipient(recipients, events[i].changes[j].to_id);
        }
    }
    return OUTCOME_OK;
}

static enum outcome insert_delivery(struct db *db, struct arena *arena, const char *host,
                                    const struct ripe *ripe, int64_t user_id, size_t *planned) {
    struct delivery delivery = {
        .task_id = ripe->task_id,
        .first_event_id = ripe->first_event_id,
        .last_event_id = ripe->last_event_id,
        .recipient.id = user_id,
    };
    struct delivery_content content;
    enum outcome outcome = delivery_content(db, arena, &delivery, &content);
    if (outcome != OUTCOME_OK || content.is_empty)
        return outcome;
    const char *message_id =
        arena_print(arena, "task-%lld.%lld.%lld.%.16s@%s", (long long)ripe->task_id,
                    (long long)ripe->last_event_id, (long long)user_id, random_token(arena), host);
    ++*planned;
    return outcome_of(db_run(db, &DELIVERY_INSERT, db_integer(user_id), db_integer(ripe->task_id),
                             db_integer(ripe->first_event_id), db_integer(ripe->last_event_id),
                             db_text(message_id)));
}

static enum outcome plan_task(struct db *db, struct arena *arena, const char *host, const struct ripe *ripe,
                              size_t *planned) {
    struct recipients recipients = {.count = 0};
    enum outcome outcome = find_recipients(db, arena, ripe, &recipients);
    for (size_t i = 0; i < recipients.count && outcome == OUTCOME_OK; i++)
        outcome = insert_delivery(db, arena, host, ripe, recipients.ids[i], planned);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(
            db_run(db, &OUTBOX_DELETE, db_integer(ripe->task_id), db_integer(ripe->last_event_id)));
    return outcome;
}

enum outcome delivery_plan(struct db *db, struct arena *arena, const char *host, int64_t rest_s,
                           size_t *planned, bool *more) {
    *planned = 0;
    *more = false;
    int64_t any = 0;
    enum db_result result = db_find_integer_values(db, &OUTBOX_ANY, &any, NULL, 0);
    if (result != DB_OK) /* an empty outbox takes no write turn */
        return outcome_of(result);
    struct ripe ripe[TASKS_A_BATCH];
    size_t count = 0;
    result = find_ripe(db, rest_s, ripe, &count);
    if (result != DB_OK || !count)
        return outcome_of(result);
    enum outcome outcome = outcome_of(db_begin_write(db, 0));
    if (outcome != OUTCOME_OK)
        return outcome;
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
        outcome = plan_task(db, arena, host, &ripe[i], planned);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    *more = count == TASKS_A_BATCH;
    return outcome;
}
