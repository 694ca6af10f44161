/*
 * Versions and the log are the database's own work (db/sqlite/0003-log.sql): whoever changes a task, a
 * trigger counts the version and writes the event. What is done here is what needs to know the person and
 * what she saw: merging.
 */
#include "domain/task.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "domain/event.h"
#include "domain/task_row.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

const char *const TASK_STATUSES[] = {"todo", "doing", "done", NULL};
const char *const TASK_PRIORITIES[] = {"low", "normal", "high", "urgent", NULL};

DB_QUERY(TASK_INSERT,
         "INSERT INTO task (title, description, status, progress, priority, assignee_id, creator_id, "
         "due_on, labels) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
         "RETURNING id");
DB_QUERY(TASK_FIND, "SELECT " TASK_COLUMNS " FROM " TASK_TABLES " WHERE task.id = $1");
DB_QUERY(TASK_UPDATE,
         "UPDATE task SET title = $2, description = $3, status = $4, progress = $5, priority = $6, "
         "assignee_id = $7, due_on = $8, labels = $9 "
         "WHERE id = $1");
DB_QUERY(TASK_DELETE, "UPDATE task SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL");
DB_QUERY(TASK_RESTORE, "UPDATE task SET deleted_at = NULL WHERE id = $1 AND deleted_at IS NOT NULL");

static const struct {
    unsigned bit;
    const char *in_log;
    const char *in_request;
} fields[] = {
    {TASK_TITLE, "title", "title"},          {TASK_DESCRIPTION, "description", "description"},
    {TASK_STATUS, "status", "status"},       {TASK_PROGRESS, "progress", "progress"},
    {TASK_PRIORITY, "priority", "priority"}, {TASK_ASSIGNEE, "assignee", "assignee_id"},
    {TASK_DUE, "due_on", "due_on"},          {TASK_LABELS, "labels", "labels"},
};

const char *task_field_name(unsigned field) {
    for (size_t i = 0; i < COUNT(fields); i++)
        if (fields[i].bit == field)
            return fields[i].in_request;
    return NULL;
}

static unsigned field_in_log(const char *name) {
    for (size_t i = 0; i < COUNT(fields); i++)
        if (strcmp(fields[i].in_log, name) == 0)
            return fields[i].bit;
    return 0;
}

static int compare_texts(const void *one, const void *other) {
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

const char *task_labels(struct arena *arena, const char **labels, size_t count) {
    if (count)
        qsort(labels, count, sizeof(*labels), compare_texts);
    struct buffer out = buffer_new(arena, 64);
    struct json_writer json = json_write_to(&out);
    json_open_array(&json);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(labels[i], labels[i - 1]) != 0)
            json_text(&json, labels[i]);
    json_close_array(&json);
    return out.data;
}

void task_read_row(struct db_rows *rows, struct arena *arena, struct task *task) {
    *task = (struct task){
        .id = db_get_integer(rows, 0),
        .title = db_get_text(rows, 1, arena),
        .description = db_get_text(rows, 2, arena),
        .status = db_get_text(rows, 3, arena),
        .progress = db_get_integer(rows, 4),
        .priority = db_get_text(rows, 5, arena),
        .assignee = {db_get_integer(rows, 6), db_get_text(rows, 7, arena)},
        .creator = {db_get_integer(rows, 8), db_get_text(rows, 9, arena)},
        .due_on = db_get_text(rows, 10, arena),
        .labels = db_get_text(rows, 11, arena),
        .version = db_get_integer(rows, 12),
        .created_at = db_get_integer(rows, 13),
        .updated_at = db_get_integer(rows, 14),
        .is_deleted = db_get_integer(rows, 15) != 0,
    };
}

enum outcome task_find(struct db *db, struct arena *arena, int64_t id, bool with_bin, struct task *found) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &TASK_FIND, &rows, db_integer(id));
    if (result != DB_OK)
        return outcome_of(result);
    struct task task = {0};
    result = db_next(rows);
    if (result == DB_ROW)
        task_read_row(rows, arena, &task);
    db_finish(rows);
    if (result == DB_END || (result == DB_ROW && task.is_deleted && !with_bin))
        return OUTCOME_NOT_FOUND;
    if (result == DB_ROW)
        *found = task;
    return outcome_of(result);
}

unsigned task_agree(struct task_values *values, const struct task *present) {
    bool has_status = values->fields & TASK_STATUS && values->status;
    bool has_progress = values->fields & TASK_PROGRESS;
    bool is_done = has_status && strcmp(values->status, "done") == 0;
    if (has_status && has_progress) {
        if (is_done && values->progress != 100)
            return TASK_PROGRESS;
        return !is_done && values->progress == 100 ? TASK_STATUS : 0;
    }
    if (is_done) {
        values->progress = 100;
        values->fields |= TASK_PROGRESS;
    } else if (has_status && present && present->progress == 100) {
        return TASK_PROGRESS;
    } else if (has_progress && values->progress == 100) {
        values->status = "done";
        values->fields |= TASK_STATUS;
    } else if (has_progress && present && present->progress == 100) {
        values->status = "doing";
        values->fields |= TASK_STATUS;
    }
    return 0;
}

/* Fields that a new task was not given. */
static void fill_new(struct task_values *values) {
    if (!(values->fields & TASK_DESCRIPTION))
        values->description = "";
    if (!(values->fields & TASK_STATUS))
        values->status = "todo";
    if (!(values->fields & TASK_PROGRESS))
        values->progress = 0;
    if (!(values->fields & TASK_PRIORITY))
        values->priority = "normal";
    if (!(values->fields & TASK_ASSIGNEE))
        values->assignee_id = 0;
    if (!(values->fields & TASK_DUE))
        values->due_on = NULL;
    if (!(values->fields & TASK_LABELS))
        values->labels = "[]";
}

static struct db_value person_value(int64_t id) {
    return id ? db_integer(id) : db_null();
}

enum outcome task_create(struct db *db, struct arena *arena, int64_t actor_id,
                         const struct task_values *given, struct task *created) {
    struct task_values values = *given;
    fill_new(&values);
    int64_t id = 0;
    enum db_result result = db_begin_write(db, actor_id);
    if (result != DB_OK)
        return outcome_of(result);
    result = db_find_integer(db, &TASK_INSERT, &id, db_text(values.title), db_text(values.description),
                             db_text(values.status), db_integer(values.progress), db_text(values.priority),
                             person_value(values.assignee_id), db_integer(actor_id), db_text(values.due_on),
                             db_text(values.labels));
    /* Everything but the assignee was checked before; the foreign key is checked by the insert itself. */
    enum outcome outcome = result == DB_CONSTRAINT ? OUTCOME_INVALID : outcome_of(result);
    if (outcome == OUTCOME_OK)
        outcome = task_find(db, arena, id, false, created);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

void task_write_field(struct json_writer *json, const struct task_values *values, unsigned field) {
    switch (field) {
    case TASK_TITLE:
        json_text(json, values->title);
        break;
    case TASK_DESCRIPTION:
        json_text(json, values->description);
        break;
    case TASK_STATUS:
        json_text(json, values->status);
        break;
    case TASK_PROGRESS:
        json_integer(json, values->progress);
        break;
    case TASK_PRIORITY:
        json_text(json, values->priority);
        break;
    case TASK_ASSIGNEE:
        if (values->assignee_id)
            json_integer(json, values->assignee_id);
        else
            json_null(json);
        break;
    case TASK_DUE:
        json_text(json, values->due_on);
        break;
    default:
        json_raw(json, values->labels);
        break;
    }
}

/* All fields of a task as values. */
static struct task_values values_of(const struct task *task) {
    return (struct task_values){
        .title = task->title,
        .description = task->description,
        .status = task->status,
        .progress = task->progress,
        .priority = task->priority,
        .assignee_id = task->assignee.id,
        .due_on = task->due_on,
        .labels = task->labels,
    };
}

static const char *field_json(struct arena *arena, const struct task_values *values, unsigned field) {
    struct buffer out = buffer_new(arena, 64);
    struct json_writer json = json_write_to(&out);
    task_write_field(&json, values, field);
    return out.data;
}

/* Two JSON texts of one value may be spelt differently: ours and json-c's. */
static bool same_value(const char *one, const char *other) {
    if (strcmp(one, other) == 0)
        return true;
    struct json_object *left = json_tokener_parse(one);
    struct json_object *right = json_tokener_parse(other);
    bool same = json_object_equal(left, right);
    (void)json_object_put(left);
    (void)json_object_put(right);
    return same;
}

/* What each field was at the version that the person saw: the oldest "from" since then. NULL: as it is now.
 */
struct seen {
    const char *values[COUNT(fields)];
    bool is_forgotten; /* the log does not reach back so far: any field may have been another */
};

static struct seen seen_values(const struct event *events, size_t count, int64_t versions) {
    struct seen seen = {.is_forgotten = (int64_t)count < versions};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < events[i].change_count; j++) {
            unsigned bit = field_in_log(events[i].changes[j].field);
            for (size_t k = 0; k < COUNT(fields); k++)
                if (fields[k].bit == bit && !seen.values[k])
                    seen.values[k] = events[i].changes[j].from;
        }
    }
    return seen;
}

/* Leaves in `values` what the person changed herself; returns the fields that others changed differently. */
static unsigned merge(struct arena *arena, struct task_values *values, const struct task *present,
                      const struct seen *seen) {
    struct task_values now = values_of(present);
    unsigned conflict = 0;
    for (size_t k = 0; k < COUNT(fields); k++) {
        unsigned bit = fields[k].bit;
        if (!(values->fields & bit))
            continue;
        const char *mine = field_json(arena, values, bit);
        bool is_present_value = same_value(mine, field_json(arena, &now, bit));
        bool is_seen_value = !seen->is_forgotten && seen->values[k] && same_value(mine, seen->values[k]);
        if (is_present_value || is_seen_value)
            values->fields &= ~bit;
        else if (seen->is_forgotten || seen->values[k])
            conflict |= bit;
    }
    return conflict;
}

static enum db_result write_values(struct db *db, const struct task *present,
                                   const struct task_values *values) {
    unsigned given = values->fields;
    int64_t assignee_id = given & TASK_ASSIGNEE ? values->assignee_id : present->assignee.id;
    return db_run(db, &TASK_UPDATE, db_integer(present->id),
                  db_text(given & TASK_TITLE ? values->title : present->title),
                  db_text(given & TASK_DESCRIPTION ? values->description : present->description),
                  db_text(given & TASK_STATUS ? values->status : present->status),
                  db_integer(given & TASK_PROGRESS ? values->progress : present->progress),
                  db_text(given & TASK_PRIORITY ? values->priority : present->priority),
                  person_value(assignee_id), db_text(given & TASK_DUE ? values->due_on : present->due_on),
                  db_text(given & TASK_LABELS ? values->labels : present->labels));
}

/* Who is further behind than this is shown both versions: to read so much of the log would have others wait.
 */
enum { MOST_VERSIONS_MERGED = 1000 };

/* Inside a write transaction. */
static enum outcome update(struct db *db, struct arena *arena, int64_t id, int64_t version,
                           struct task_values *values, struct task *updated, unsigned *conflict) {
    struct task present = {0};
    enum outcome outcome = task_find(db, arena, id, false, &present);
    if (outcome != OUTCOME_OK)
        return outcome;
    *conflict = 0;
    if (version > present.version)
        return OUTCOME_INVALID;
    struct event *events = NULL;
    size_t count = 0;
    if (version < present.version && present.version - version <= MOST_VERSIONS_MERGED)
        outcome = event_since_version(db, arena, id, version, &events, &count);
    if (outcome != OUTCOME_OK)
        return outcome;
    struct seen seen = seen_values(events, count, present.version - version);
    *conflict = merge(arena, values, &present, &seen);
    *updated = present;
    if (*conflict)
        return OUTCOME_CONFLICT;
    *conflict = task_agree(values, &present);
    if (*conflict)
        return OUTCOME_INVALID;
    if (!values->fields)
        return OUTCOME_OK;
    enum db_result result = write_values(db, &present, values);
    if (result == DB_CONSTRAINT) {
        *conflict = TASK_ASSIGNEE;
        return OUTCOME_INVALID;
    }
    return result == DB_OK ? task_find(db, arena, id, false, updated) : outcome_of(result);
}

enum outcome task_update(struct db *db, struct arena *arena, int64_t actor_id, int64_t id, int64_t version,
                         const struct task_values *values, struct task *updated, unsigned *conflict) {
    enum db_result result = db_begin_write(db, actor_id);
    if (result != DB_OK)
        return outcome_of(result);
    struct task_values own = *values;
    enum outcome outcome = update(db, arena, id, version, &own, updated, conflict);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

/* Into the bin or out of it. */
static enum outcome move(struct db *db, struct arena *arena, const struct actor *actor, int64_t id,
                         bool into_bin, struct task *moved) {
    enum db_result result = db_begin_write(db, actor->id);
    if (result != DB_OK)
        return outcome_of(result);
    enum outcome outcome = task_find(db, arena, id, true, moved);
    const struct object object = {.creator_id = moved->creator.id};
    if (outcome == OUTCOME_OK && !may(actor, into_bin ? VERB_TASK_DELETE : VERB_TASK_RESTORE, &object))
        outcome = OUTCOME_FORBIDDEN;
    if (outcome == OUTCOME_OK) {
        result = into_bin ? db_run(db, &TASK_DELETE, db_integer(id), db_integer(clock_now()))
                          : db_run(db, &TASK_RESTORE, db_integer(id));
        outcome = outcome_of(result);
    }
    if (outcome == OUTCOME_OK)
        outcome = task_find(db, arena, id, true, moved);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

enum outcome task_delete(struct db *db, struct arena *arena, const struct actor *actor, int64_t id) {
    struct task moved = {0};
    return move(db, arena, actor, id, true, &moved);
}

enum outcome task_restore(struct db *db, struct arena *arena, const struct actor *actor, int64_t id,
                          struct task *restored) {
    return move(db, arena, actor, id, false, restored);
}
