#include "domain/event.h"

#include <assert.h>
#include <json-c/json.h>
#include <string.h>

DB_QUERY(EVENT_POSITION, "SELECT coalesce(max(id), 0) FROM event WHERE is_visible = 1");
DB_QUERY(EVENT_LATEST_AT,
         "SELECT coalesce(max(at), 0) FROM event WHERE id > (SELECT max(id) FROM event) - 100");

#define EVENT_COLUMNS                                                                                             \
    "event.id, event.at, event.type, event.actor_id, actor.name, coalesce(event.task_version, 0), event.detail, " \
    "assignee_from.name, assignee_to.name, coalesce(event.task_id, 0), event.request"
/* Assignees stand in the log by id, so that a name is stored in one place only. */
#define EVENT_TABLES                                                                                         \
    "event LEFT JOIN \"user\" AS actor ON actor.id = event.actor_id "                                        \
    "LEFT JOIN \"user\" AS assignee_from "                                                                   \
    "ON assignee_from.id = CAST(event.detail -> 'changes' -> 'assignee' ->> 'from' AS BIGINT) "              \
    "LEFT JOIN \"user\" AS assignee_to "                                                                     \
    "ON assignee_to.id = CAST(event.detail -> 'changes' -> 'assignee' ->> 'to' AS BIGINT)"

DB_QUERY(EVENT_LIST,
         "SELECT " EVENT_COLUMNS " FROM " EVENT_TABLES " WHERE event.task_id = $1 AND event.id > $2 "
         "AND event.is_visible = 1 ORDER BY event.id "
         "LIMIT $3");
/* Each step by a key: of the events in the range, their outbox rows, recipients, and the mails of these. */
DB_QUERY(EVENT_MAILS,
         "SELECT event.id, outbox.event_id IS NOT NULL, coalesce(event_recipient.user_id, 0), \"user\".name, "
         "event_recipient.reason, event_recipient.skipped, coalesce(delivery.state, 'skipped'), "
         "coalesce(delivery.sent_at, 0), "
         "CASE WHEN delivery.state IN ('pending', 'retry') THEN delivery.next_at ELSE 0 END "
         "FROM event LEFT JOIN outbox ON outbox.event_id = event.id "
         "LEFT JOIN event_recipient ON event_recipient.event_id = event.id "
         "LEFT JOIN \"user\" ON \"user\".id = event_recipient.user_id "
         "LEFT JOIN delivery ON delivery.id = event_recipient.delivery_id "
         "WHERE event.task_id = $1 AND event.id BETWEEN $2 AND $3 "
         "ORDER BY event.id, event_recipient.user_id");
DB_QUERY(EVENT_OF_DELIVERY,
         "SELECT " EVENT_COLUMNS " FROM event_recipient JOIN " EVENT_TABLES " "
         "WHERE event_recipient.delivery_id = $1 AND event.id = event_recipient.event_id "
         "AND NOT EXISTS (SELECT 1 FROM task_watcher WHERE task_watcher.task_id = event.task_id "
         "AND task_watcher.user_id = event_recipient.user_id AND task_watcher.state = 'mute') "
         "ORDER BY event.task_id, event.id "
         "LIMIT $2");
DB_QUERY(EVENT_SINCE, "SELECT " EVENT_COLUMNS " FROM " EVENT_TABLES " WHERE event.task_id = $1 "
                      "AND event.task_version > $2 "
                      "ORDER BY event.id");

enum outcome event_position(struct db *db, int64_t *position) {
    return outcome_of(db_find_integer_values(db, &EVENT_POSITION, position, NULL, 0));
}

enum outcome event_latest_at(struct db *db, int64_t *at) {
    return outcome_of(db_find_integer_values(db, &EVENT_LATEST_AT, at, NULL, 0));
}

static const char *json_copy(struct arena *arena, struct json_object *value) {
    return arena_copy(arena, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
                                                                       JSON_C_TO_STRING_NOSLASHESCAPE));
}

static int64_t person_id(struct json_object *value) {
    return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
}

/* The log was written by triggers and checked by the database: what is missing is simply not there. */
static void read_detail(struct arena *arena, struct db_rows *rows, struct event *event) {
    struct json_object *root = json_tokener_parse(db_peek_text(rows, 6).text);
    struct json_object *changes = json_object_object_get(root, "changes");
    if (json_object_is_type(changes, json_type_object)) {
        event->changes =
            arena_take_array(arena, (size_t)json_object_object_length(changes), sizeof(*event->changes));
        struct json_object_iterator at = json_object_iter_begin(changes);
        struct json_object_iterator end = json_object_iter_end(changes);
        for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
            struct json_object *change = json_object_iter_peek_value(&at);
            struct json_object *from = json_object_object_get(change, "from");
            struct json_object *to = json_object_object_get(change, "to");
            struct event_change *row = &event->changes[event->change_count++];
            row->field = arena_copy(arena, json_object_iter_peek_name(&at));
            row->from = json_copy(arena, from);
            row->to = json_copy(arena, to);
            if (strcmp(row->field, "assignee") == 0) {
                row->from_id = person_id(from);
                row->to_id = person_id(to);
                row->from_name = db_get_text(rows, 7, arena);
                row->to_name = db_get_text(rows, 8, arena);
            }
        }
    }
    struct json_object *comment = json_object_object_get(root, "comment");
    const char *body = json_object_get_string(json_object_object_get(comment, "body"));
    event->comment = body ? arena_copy(arena, body) : NULL;
    event->comment_id = body ? json_object_get_int64(json_object_object_get(comment, "id")) : 0;
    (void)json_object_put(root);
}

static enum outcome read_events(struct arena *arena, struct db_rows *rows, struct event **events,
                                size_t *count) {
    size_t used = 0;
    struct event *list = NULL;
    enum db_result result = DB_END;
    while ((result = db_next(rows)) == DB_ROW) {
        list = arena_grow(arena, list, used, sizeof(*list));
        struct event *event = &list[used++];
        *event = (struct event){
            .id = db_get_integer(rows, 0),
            .at = db_get_integer(rows, 1),
            .type = db_get_text(rows, 2, arena),
            .actor = {db_get_integer(rows, 3), db_get_text(rows, 4, arena)},
            .task_version = db_get_integer(rows, 5),
            .task_id = db_get_integer(rows, 9),
            .request = db_get_text(rows, 10, arena),
        };
        read_detail(arena, rows, event);
    }
    db_finish(rows);
    if (result == DB_END) {
        *events = list;
        *count = used;
    }
    return outcome_of(result);
}

enum outcome event_list(struct db *db, struct arena *arena, int64_t task_id, int64_t after, int64_t limit,
                        struct event **events, size_t *count, int64_t *next) {
    assert(limit > 0);
    struct db_rows *rows = NULL;
    /* One more than asked for tells whether more follow. */
    enum outcome outcome = outcome_of(
        db_start(db, &EVENT_LIST, &rows, db_integer(task_id), db_integer(after), db_integer(limit + 1)));
    if (outcome == OUTCOME_OK)
        outcome = read_events(arena, rows, events, count);
    if (outcome != OUTCOME_OK)
        return outcome;
    *next = 0;
    if (*count > (size_t)limit) {
        *count = (size_t)limit;
        *next = (*events)[limit - 1].id;
    }
    return OUTCOME_OK;
}

size_t event_fit(const struct event *events, size_t count, size_t bytes) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        used += events[i].comment ? strlen(events[i].comment) : 0;
        for (size_t j = 0; j < events[i].change_count; j++)
            used += strlen(events[i].changes[j].from) + strlen(events[i].changes[j].to);
        if (used > bytes && i)
            return i;
    }
    return count;
}

static void read_mail(struct db_rows *rows, struct arena *arena, struct event *event) {
    event->is_planned = db_get_integer(rows, 1) == 0;
    int64_t user_id = db_get_integer(rows, 2);
    if (!user_id)
        return;
    event->mails = arena_grow(arena, event->mails, event->mail_count, sizeof(*event->mails));
    event->mails[event->mail_count++] = (struct event_mail){
        .person = {user_id, db_get_text(rows, 3, arena)},
        .reason = db_get_text(rows, 4, arena),
        .skipped = db_get_text(rows, 5, arena),
        .state = db_get_text(rows, 6, arena),
        .sent_at = db_get_integer(rows, 7),
        .due_at = db_get_integer(rows, 8),
    };
}

enum outcome event_mails(struct db *db, struct arena *arena, int64_t task_id, struct event *events,
                         size_t count) {
    if (!count)
        return OUTCOME_OK;
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &EVENT_MAILS, &rows, db_integer(task_id), db_integer(events[0].id),
                                     db_integer(events[count - 1].id));
    if (result != DB_OK)
        return outcome_of(result);
    size_t at = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        int64_t id = db_get_integer(rows, 0);
        while (at < count && events[at].id < id)
            at++;
        /* Events that people do not see stand in between. */
        if (at < count && events[at].id == id)
            read_mail(rows, arena, &events[at]);
    }
    db_finish(rows);
    return outcome_of(result);
}

enum outcome event_of_delivery(struct db *db, struct arena *arena, int64_t delivery_id, int64_t limit,
                               struct event **events, size_t *count) {
    struct db_rows *rows = NULL;
    enum outcome outcome =
        outcome_of(db_start(db, &EVENT_OF_DELIVERY, &rows, db_integer(delivery_id), db_integer(limit)));
    return outcome == OUTCOME_OK ? read_events(arena, rows, events, count) : outcome;
}

enum outcome event_since_version(struct db *db, struct arena *arena, int64_t task_id, int64_t version,
                                 struct event **events, size_t *count) {
    struct db_rows *rows = NULL;
    enum outcome outcome =
        outcome_of(db_start(db, &EVENT_SINCE, &rows, db_integer(task_id), db_integer(version)));
    return outcome == OUTCOME_OK ? read_events(arena, rows, events, count) : outcome;
}
