#include "domain/envelope.h"

#include "base/clock.h"

#include <json-c/json.h>
#include <string.h>
#include <strings.h>

/* Of an object in the detail, which is JSON: the id under a key. */
#define PERSON_ON(path) "= CAST(event.detail " path " AS BIGINT)"
#define ENVELOPE_SELECT                                                                                      \
    "SELECT event.id, event.at, event.type, coalesce(event.task_id, 0), coalesce(event.actor_id, 0), "       \
    "coalesce(event.user_id, 0), event.detail, actor.name, actor.email, about.name, about.email, "           \
    "creator.id, creator.name, creator.email, assignee.id, assignee.name, assignee.email, "                  \
    "before.id, before.name, before.email, event.day, event.request "
#define ENVELOPE_JOINS                                                                                                           \
    "LEFT JOIN \"user\" AS actor ON actor.id = event.actor_id "                                                                  \
    "LEFT JOIN \"user\" AS about ON about.id = event.user_id "                                                                   \
    "LEFT JOIN \"user\" AS creator ON creator.id " PERSON_ON(                                                                    \
        "-> 'task' ->> 'creator_id'") " "                                                                                        \
                                      "LEFT JOIN \"user\" AS assignee ON assignee.id " PERSON_ON(                                \
                                          "-> 'task' ->> 'assignee_id'") " "                                                     \
                                                                         "LEFT JOIN \"user\" AS before ON before.id " PERSON_ON( \
                                                                             "-> 'changes' -> 'assignee' ->> 'from'") " "

/* The rows are taken first: joined at large, the engine may walk the whole log to find those that wait. */
DB_QUERY(ENVELOPE_OUTBOX, ENVELOPE_SELECT
         "FROM (SELECT event_id FROM outbox ORDER BY event_id LIMIT $1) AS waiting "
         "JOIN event ON event.id = waiting.event_id " ENVELOPE_JOINS "ORDER BY waiting.event_id");
DB_QUERY(ENVELOPE_LIST, ENVELOPE_SELECT "FROM event " ENVELOPE_JOINS "WHERE event.id > $1 AND event.at >= $2 "
                                        "ORDER BY event.id "
                                        "LIMIT $3");
DB_QUERY(ENVELOPE_OF_TYPE, ENVELOPE_SELECT "FROM event " ENVELOPE_JOINS
                                           "WHERE event.id > $1 AND event.at >= $2 AND event.type = $4 "
                                           "ORDER BY event.id "
                                           "LIMIT $3");
DB_QUERY(ENVELOPE_OF_TASK, ENVELOPE_SELECT "FROM event " ENVELOPE_JOINS
                                           "WHERE event.task_id = $4 AND event.id > $1 AND event.at >= $2 "
                                           "AND ($5 = '' OR event.type = $5) "
                                           "ORDER BY event.id "
                                           "LIMIT $3");
/* Of the last so many events, the one before. */
DB_QUERY(ENVELOPE_BEFORE_LAST, "SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET $1");
DB_QUERY(ENVELOPE_BEFORE_LAST_OF_TYPE,
         "SELECT id FROM event WHERE type = $2 ORDER BY id DESC LIMIT 1 OFFSET $1");
DB_QUERY(ENVELOPE_BEFORE_LAST_OF_TASK, "SELECT id FROM event WHERE task_id = $2 AND ($3 = '' OR type = $3) "
                                       "ORDER BY id DESC LIMIT 1 OFFSET $1");

enum { WALK_BATCH = 500 };

enum {
    ID,
    AT,
    TYPE,
    TASK_ID,
    ACTOR_ID,
    USER_ID,
    DETAIL,
    ACTOR,
    ABOUT = 9,
    CREATOR = 11,
    ASSIGNEE = 14,
    BEFORE = 17,
    DAY = 20,
    REQUEST = 21
};

struct reader {
    struct db *db;
    struct arena *arena;
    struct user *people; /* everybody, once somebody writes an "@" */
    size_t people_count;
    bool knows_people;
    bool failed;
};

static void add(struct json_object *object, const char *key, struct json_object *value) {
    (void)json_object_object_add(object, key, value);
}

/* A person, or null where there is none. */
static struct json_object *person(int64_t id, const char *name, const char *email) {
    if (!id)
        return NULL;
    struct json_object *object = json_object_new_object();
    add(object, "id", json_object_new_int64(id));
    bool is_gone = name && strcmp(name, USER_NAME_GONE) == 0;
    add(object, "name", json_object_new_string(name && !is_gone ? name : ""));
    add(object, "email", json_object_new_string(email && !is_gone ? email : ""));
    return object;
}

static struct json_object *person_of(struct db_rows *rows, int64_t id, int column) {
    return person(id, db_peek_text(rows, column).text, db_peek_text(rows, column + 1).text);
}

/* Ids become people. */
static void fill_task(struct db_rows *rows, struct envelope *envelope, struct json_object *task) {
    envelope->creator_id = db_get_integer(rows, CREATOR);
    envelope->assignee_id = db_get_integer(rows, ASSIGNEE);
    if (!json_object_is_type(task, json_type_object))
        return;
    json_object_object_del(task, "creator_id");
    json_object_object_del(task, "assignee_id");
    add(task, "assignee", person_of(rows, envelope->assignee_id, ASSIGNEE + 1));
    add(task, "creator", person_of(rows, envelope->creator_id, CREATOR + 1));
}

static void fill_changes(struct db_rows *rows, struct envelope *envelope, struct json_object *changes) {
    struct json_object *assignee = json_object_object_get(changes, "assignee");
    if (!json_object_is_type(assignee, json_type_object))
        return;
    envelope->was_assignee_id = db_get_integer(rows, BEFORE);
    add(assignee, "from", person_of(rows, envelope->was_assignee_id, BEFORE + 1));
    add(assignee, "to", person_of(rows, envelope->assignee_id, ASSIGNEE + 1));
}

/* ---- mentions ---- */

static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* How many bytes of a name stand at `text`: the whole name, or its first word; 0: neither. */
static size_t named_at(const char *text, const char *name) {
    const size_t sizes[] = {strlen(name), strcspn(name, " ")};
    for (size_t i = 0; i < COUNT(sizes); i++)
        if (sizes[i] && strncasecmp(text, name, sizes[i]) == 0 &&
            !(is_word(text[sizes[i] - 1]) && is_word(text[sizes[i]])))
            return sizes[i];
    return 0;
}

/* Whoever the longest name at `text` belongs to; NULL: nobody, or several. As long, a whole name is meant
 * before the first word of another. */
static const struct user *find_mentioned(const struct reader *reader, const char *text) {
    const struct user *found = NULL;
    size_t longest = 0;
    bool found_is_whole = false;
    for (size_t i = 0; i < reader->people_count; i++) {
        const char *name = reader->people[i].name;
        size_t size = named_at(text, name);
        bool is_whole = size && !name[size];
        if (size > longest || (size && size == longest && is_whole && !found_is_whole)) {
            longest = size;
            found = &reader->people[i];
            found_is_whole = is_whole;
        } else if (size && size == longest && is_whole == found_is_whole) {
            found = NULL;
        }
    }
    return found;
}

static void add_mention(struct envelope *envelope, struct json_object *mentions, const struct user *user) {
    for (size_t i = 0; i < envelope->mention_count; i++)
        if (envelope->mentioned[i] == user->id)
            return;
    if (envelope->mention_count == ENVELOPE_MOST_MENTIONS)
        return;
    envelope->mentioned[envelope->mention_count++] = user->id;
    (void)json_object_array_add(mentions, person(user->id, user->name, user->email));
}

static void fill_mentions(struct reader *reader, struct envelope *envelope, struct json_object *detail) {
    struct json_object *comment = json_object_object_get(detail, "comment");
    const char *body = json_object_get_string(json_object_object_get(comment, "body"));
    const char *at = body ? strchr(body, '@') : NULL;
    if (!at)
        return;
    if (!reader->knows_people)
        reader->failed =
            user_list(reader->db, reader->arena, &reader->people, &reader->people_count) != OUTCOME_OK;
    reader->knows_people = !reader->failed;
    struct json_object *mentions = json_object_new_array();
    for (; at; at = strchr(at + 1, '@')) {
        /* "ann@example.org" mentions nobody. */
        const struct user *user = at > body && is_word(at[-1]) ? NULL : find_mentioned(reader, at + 1);
        if (user)
            add_mention(envelope, mentions, user);
    }
    if (envelope->mention_count)
        add(detail, "mentions", mentions);
    else
        (void)json_object_put(mentions);
}

/* ---- the whole ---- */

static struct json_object *resource(struct arena *arena, const char *kind, int64_t id) {
    struct json_object *list = json_object_new_array();
    (void)json_object_array_add(list,
                                json_object_new_string(arena_print(arena, "%s/%lld", kind, (long long)id)));
    return list;
}

static void read_row(struct reader *reader, struct db_rows *rows, struct envelope *envelope) {
    struct arena *arena = reader->arena;
    *envelope = (struct envelope){
        .id = db_get_integer(rows, ID),
        .at = db_get_integer(rows, AT),
        .type = db_get_text(rows, TYPE, arena),
        .day = db_get_text(rows, DAY, arena),
        .task_id = db_get_integer(rows, TASK_ID),
        .actor_id = db_get_integer(rows, ACTOR_ID),
    };
    int64_t user_id = db_get_integer(rows, USER_ID);
    char time[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(envelope->at, time);
    struct json_object *json = envelope->json = json_object_new_object();
    add(json, "id", json_object_new_string(arena_print(arena, "%lld", (long long)envelope->id)));
    add(json, "source", json_object_new_string("pumasi"));
    add(json, "detail-type", json_object_new_string(envelope->type));
    add(json, "time", json_object_new_string(time));
    if (envelope->task_id)
        add(json, "resources", resource(arena, "task", envelope->task_id));
    else
        add(json, "resources", user_id ? resource(arena, "user", user_id) : json_object_new_array());
    /* The log was written by triggers and checked by the database. */
    struct json_object *detail = json_tokener_parse(db_peek_text(rows, DETAIL).text);
    if (!json_object_is_type(detail, json_type_object)) {
        (void)json_object_put(detail);
        detail = json_object_new_object();
    }
    add(detail, "actor", person_of(rows, envelope->actor_id, ACTOR));
    if (user_id)
        add(detail, "user", person_of(rows, user_id, ABOUT));
    if (envelope->day)
        add(detail, "day", json_object_new_string(envelope->day));
    if (!db_is_null(rows, REQUEST))
        add(detail, "request", json_object_new_string(db_peek_text(rows, REQUEST).text));
    fill_task(rows, envelope, json_object_object_get(detail, "task"));
    fill_changes(rows, envelope, json_object_object_get(detail, "changes"));
    add(json, "detail", detail);
}

static enum db_result start(struct db *db, const struct envelope_query *query, struct db_rows **rows) {
    if (query->is_outbox)
        return db_start(db, &ENVELOPE_OUTBOX, rows, db_integer(query->limit));
    if (query->task_id)
        return db_start(db, &ENVELOPE_OF_TASK, rows, db_integer(query->after), db_integer(query->since),
                        db_integer(query->limit), db_integer(query->task_id),
                        db_text(query->type ? query->type : ""));
    if (query->type)
        return db_start(db, &ENVELOPE_OF_TYPE, rows, db_integer(query->after), db_integer(query->since),
                        db_integer(query->limit), db_text(query->type));
    return db_start(db, &ENVELOPE_LIST, rows, db_integer(query->after), db_integer(query->since),
                    db_integer(query->limit));
}

enum outcome envelope_list(struct db *db, struct arena *arena, const struct envelope_query *query,
                           struct envelope **envelopes, size_t *count) {
    struct reader reader = {.db = db, .arena = arena};
    struct db_rows *rows = NULL;
    enum db_result result = start(db, query, &rows);
    if (result != DB_OK)
        return outcome_of(result);
    struct envelope *list = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        list = arena_grow(arena, list, used, sizeof(*list));
        read_row(&reader, rows, &list[used++]);
    }
    db_finish(rows);
    for (size_t i = 0; i < used; i++)
        fill_mentions(&reader, &list[i], json_object_object_get(list[i].json, "detail"));
    if (result != DB_END || reader.failed) {
        envelopes_free(list, used);
        return result == DB_END ? OUTCOME_FAILED : outcome_of(result);
    }
    *envelopes = list;
    *count = used;
    return OUTCOME_OK;
}

void envelopes_free(struct envelope *envelopes, size_t count) {
    for (size_t i = 0; i < count; i++)
        (void)json_object_put(envelopes[i].json);
}

enum outcome envelope_walk(struct db *db, const struct envelope_query *query, envelope_visit *visit,
                           void *with) {
    struct arena *batch = arena_new();
    struct envelope_query next = *query;
    int64_t left = query->limit ? query->limit : INT64_MAX;
    enum outcome outcome = OUTCOME_OK;
    size_t count = 1;
    while (outcome == OUTCOME_OK && count && left) {
        struct envelope *events = NULL;
        count = 0;
        next.limit = left < WALK_BATCH ? left : WALK_BATCH;
        outcome = envelope_list(db, batch, &next, &events, &count);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
            outcome = visit(with, batch, &events[i]);
        if (count)
            next.after = events[count - 1].id;
        left -= (int64_t)count;
        envelopes_free(events, count);
        arena_reset(batch);
    }
    arena_free(batch);
    return outcome;
}

enum outcome envelope_find_last(struct db *db, const struct envelope_query *query, int64_t count,
                                int64_t *after) {
    enum db_result result = DB_END;
    *after = 0;
    if (query->task_id)
        result = db_find_integer(db, &ENVELOPE_BEFORE_LAST_OF_TASK, after, db_integer(count),
                                 db_integer(query->task_id), db_text(query->type ? query->type : ""));
    else if (query->type)
        result = db_find_integer(db, &ENVELOPE_BEFORE_LAST_OF_TYPE, after, db_integer(count),
                                 db_text(query->type));
    else
        result = db_find_integer(db, &ENVELOPE_BEFORE_LAST, after, db_integer(count));
    return outcome_of(result);
}
