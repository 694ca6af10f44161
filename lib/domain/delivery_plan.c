/*
 * From events to deliveries: each event in the outbox is told to the people that recipient_list names.
 * Whoever is told gets it in her open delivery of this task (of this day), or in a new one; whoever is not
 * has a row that says why. The outbox rows go in the same transaction, so an event is either still to be
 * planned or planned, never lost between the two, and by the key of event_recipient never twice.
 */
#include "base/clock.h"
#include "base/random.h"
#include "domain/recipient.h"

#include <string.h>

enum { EVENTS_A_BATCH = 20 };

DB_QUERY(OUTBOX_ANY, "SELECT event_id FROM outbox LIMIT 1");
DB_QUERY(OUTBOX_DELETE, "DELETE FROM outbox WHERE event_id <= $1");
DB_QUERY(RECIPIENT_KNOWN, "SELECT 1 FROM event_recipient WHERE event_id = $1 AND user_id = $2");
DB_QUERY(RECIPIENT_INSERT, "INSERT INTO event_recipient (event_id, user_id, reason, delivery_id, skipped) "
                           "VALUES ($1, $2, $3, $4, $5)");
#define OPEN_DELIVERY                                                                                        \
    "SELECT id, opened_at, next_at FROM delivery WHERE state = 'pending' AND attempts = 0 AND user_id = $1 "
DB_QUERY(DELIVERY_OPEN_OF_TASK, OPEN_DELIVERY "AND kind = 'task' AND task_id = $2");
DB_QUERY(DELIVERY_OPEN_OF_DAY, OPEN_DELIVERY "AND kind = 'daily' AND task_id IS NULL");
/* The mail of the day that went since then, or is on its way. */
DB_QUERY(DELIVERY_SINCE_HOUR, "SELECT id FROM delivery WHERE user_id = $1 AND kind = 'daily' "
                              "AND (sent_at >= $2 OR state IN ('leased', 'retry')) LIMIT 1");
DB_QUERY(DELIVERY_INSERT, "INSERT INTO delivery (user_id, kind, task_id, message_id, opened_at, next_at) "
                          "VALUES ($1, $2, $3, $4, $5, $6) "
                          "RETURNING id");
DB_QUERY(DELIVERY_MOVE, "UPDATE delivery SET next_at = $2 WHERE id = $1");

struct plan {
    struct db *db;
    struct arena *arena;
    const char *host;
    int64_t rest_s;
};

/* A delivery that still takes events; id 0: there is none. */
struct open_delivery {
    int64_t id;
    int64_t opened_at;
    int64_t next_at;
};

static enum db_result find_open(const struct plan *plan, int64_t user_id, int64_t task_id,
                                struct open_delivery *open) {
    struct db_rows *rows = NULL;
    enum db_result result =
        task_id ? db_start(plan->db, &DELIVERY_OPEN_OF_TASK, &rows, db_integer(user_id), db_integer(task_id))
                : db_start(plan->db, &DELIVERY_OPEN_OF_DAY, &rows, db_integer(user_id));
    if (result != DB_OK)
        return result;
    result = db_next(rows);
    if (result == DB_ROW)
        *open =
            (struct open_delivery){db_get_integer(rows, 0), db_get_integer(rows, 1), db_get_integer(rows, 2)};
    db_finish(rows);
    return result == DB_ROW || result == DB_END ? DB_OK : result;
}

/* When the mail of the day goes that takes this event: at her hour. A reminder of today that is made after
 * the hour (the server was down) goes now, unless the mail of today is out: there is one a day. */
static enum db_result find_daily_at(const struct plan *plan, const struct recipient *recipient,
                                    const struct envelope *event, int64_t *at) {
    int hour = (int)recipient->mail_hour;
    *at = clock_next_hour(recipient->time_zone, hour, event->at);
    struct clock_local local = clock_local(recipient->time_zone, event->at);
    bool is_late = event->day && strcmp(event->day, local.day) == 0 && local.hour >= hour;
    if (!is_late)
        return DB_OK;
    int64_t known = 0;
    int64_t since = clock_last_hour(recipient->time_zone, hour, event->at);
    enum db_result result = db_find_integer(plan->db, &DELIVERY_SINCE_HOUR, &known,
                                            db_integer(recipient->user_id), db_integer(since));
    if (result != DB_END)
        return result;
    *at = event->at;
    return DB_OK;
}

/* When a mail of a task goes that takes this event: edits wait for rest, but not for ever. */
static int64_t task_at(const struct plan *plan, const struct recipient *recipient,
                       const struct envelope *event, int64_t opened_at) {
    if (recipient->is_instant)
        return event->at;
    int64_t rested = event->at + plan->rest_s;
    int64_t latest = opened_at + DELIVERY_MOST_WAIT_S;
    return rested < latest ? rested : latest;
}

static enum db_result insert(const struct plan *plan, const struct recipient *recipient,
                             const struct envelope *event, int64_t task_id, int64_t next_at, int64_t *id) {
    const char *message_id = arena_print(plan->arena, "%s-%lld.%lld.%.24s@%s", task_id ? "task" : "day",
                                         (long long)(task_id ? task_id : recipient->user_id),
                                         (long long)event->id, random_token(plan->arena), plan->host);
    return db_find_integer(plan->db, &DELIVERY_INSERT, id, db_integer(recipient->user_id),
                           db_text(task_id ? "task" : "daily"), task_id ? db_integer(task_id) : db_null(),
                           db_text(message_id), db_integer(event->at), db_integer(next_at));
}

static enum db_result put_into_delivery(const struct plan *plan, const struct recipient *recipient,
                                        const struct envelope *event, int64_t *delivery_id) {
    bool is_daily = recipient->is_daily || event->day;
    int64_t task_id = is_daily ? 0 : event->task_id;
    struct open_delivery open = {.opened_at = event->at};
    enum db_result result = find_open(plan, recipient->user_id, task_id, &open);
    if (result != DB_OK)
        return result;
    int64_t next_at = task_at(plan, recipient, event, open.opened_at);
    if (is_daily)
        result = find_daily_at(plan, recipient, event, &next_at);
    if (result != DB_OK)
        return result;
    if (!open.id)
        return insert(plan, recipient, event, task_id, next_at, delivery_id);
    *delivery_id = open.id;
    /* What was due before this event stays due: only edits that still rest make room for further ones, and
     * only a mail of the day that is still to come follows a new hour. */
    bool moves = next_at < open.next_at || open.next_at > event->at;
    return moves && next_at != open.next_at
               ? db_run(plan->db, &DELIVERY_MOVE, db_integer(open.id), db_integer(next_at))
               : DB_OK;
}

static enum db_result tell(const struct plan *plan, const struct recipient *recipient,
                           const struct envelope *event) {
    int64_t known = 0;
    enum db_result result = db_find_integer(plan->db, &RECIPIENT_KNOWN, &known, db_integer(event->id),
                                            db_integer(recipient->user_id));
    if (result != DB_END) /* replayed: she has it already */
        return result;
    result = DB_OK;
    int64_t delivery_id = 0;
    if (!recipient->skipped)
        result = put_into_delivery(plan, recipient, event, &delivery_id);
    if (result != DB_OK)
        return result;
    return db_run(plan->db, &RECIPIENT_INSERT, db_integer(event->id), db_integer(recipient->user_id),
                  db_text(REASON_WORDS[recipient->reason]), delivery_id ? db_integer(delivery_id) : db_null(),
                  db_text(recipient->skipped));
}

static enum outcome plan_event(const struct plan *plan, const struct rule *rules, size_t rule_count,
                               const struct envelope *event) {
    struct recipient *recipients = NULL;
    size_t count = 0;
    enum outcome outcome =
        recipient_list(plan->db, plan->arena, rules, rule_count, event, &recipients, &count);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
        outcome = outcome_of(tell(plan, &recipients[i], event));
    return outcome;
}

static enum outcome plan_batch(const struct plan *plan, size_t *planned) {
    struct rule *rules = NULL;
    struct envelope *events = NULL;
    size_t rule_count = 0;
    size_t count = 0;
    const struct envelope_query query = {.is_outbox = true, .limit = EVENTS_A_BATCH};
    enum outcome outcome = rule_list(plan->db, plan->arena, true, &rules, &rule_count);
    if (outcome == OUTCOME_OK)
        outcome = envelope_list(plan->db, plan->arena, &query, &events, &count);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
        outcome = plan_event(plan, rules, rule_count, &events[i]);
    if (outcome == OUTCOME_OK && count)
        outcome = outcome_of(db_run(plan->db, &OUTBOX_DELETE, db_integer(events[count - 1].id)));
    envelopes_free(events, count);
    *planned = count;
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
    const struct plan plan = {db, arena, host, rest_s};
    enum outcome outcome = outcome_of(db_begin_write(db, 0));
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = plan_batch(&plan, planned);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    *more = *planned == EVENTS_A_BATCH;
    return outcome;
}
