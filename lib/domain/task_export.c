#include "domain/task_export.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/json_write.h"
#include "domain/envelope.h"
#include "domain/task_row.h"

#include <json-c/json.h>
#include <string.h>

enum { BATCH = 200 };

DB_QUERY(TASK_EXPORT, "SELECT " TASK_COLUMNS ", assignee.email, creator.email FROM " TASK_TABLES
                      " WHERE task.id > $1 AND ($3 = 1 OR task.deleted_at IS NULL) "
                      "ORDER BY task.id "
                      "LIMIT $2");
DB_QUERY(TASK_EXPORT_COMMENTS,
         "SELECT comment.id, comment.body, comment.created_at, \"user\".name, \"user\".email "
         "FROM comment JOIN \"user\" ON \"user\".id = comment.author_id "
         "WHERE comment.task_id = $1 ORDER BY comment.id");
DB_QUERY(TASK_EXPORT_WATCHERS, "SELECT \"user\".name, \"user\".email "
                               "FROM task_watcher JOIN \"user\" ON \"user\".id = task_watcher.user_id "
                               "WHERE task_watcher.task_id = $1 AND task_watcher.state = 'watch' "
                               "ORDER BY \"user\".id");
DB_QUERY(TASK_EXPORT_PEOPLE, "SELECT id, name, email, role, language, created_at, disabled_at FROM \"user\" "
                             "WHERE deleted_at IS NULL ORDER BY id");
DB_QUERY(TASK_EXPORT_RULES, "SELECT name, pattern, who, how, is_enabled FROM rule ORDER BY id");

const char *const TASK_EXPORT_NAMES[] = {"csv", "lines", "whole", NULL};

struct export {
    struct db *db;
    enum task_export_format format;
    struct buffer *out;
    struct json_writer json;
    task_export_flush *flush;
    void *with;
};

/* A task with what its row alone does not tell. */
struct row {
    struct task task;
    const char *assignee_email;
    const char *creator_email;
};

/* ---- as a table ---- */

static const char *const head[] = {"id",       "title",    "description", "status",
                                   "progress", "priority", "assignee",    "creator",
                                   "due_on",   "labels",   "created_at",  "updated_at"};

/* "print,budget": a label holds no comma. */
static const char *labels_text(struct arena *batch, const char *labels) {
    struct buffer text = buffer_new(batch, 64);
    struct json_object *list = json_tokener_parse(labels);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        buffer_print(&text, "%s%s", i ? "," : "", json_object_get_string(json_object_array_get_idx(list, i)));
    (void)json_object_put(list);
    return text.data;
}

static void write_line(const struct export *export, struct arena *batch, const struct row *row) {
    const struct task *task = &row->task;
    char created_at[CLOCK_RFC3339_BYTES];
    char updated_at[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(task->created_at, created_at);
    clock_write_rfc3339(task->updated_at, updated_at);
    const char *const fields[] = {
        arena_print(batch, "%lld", (long long)task->id),
        task->title,
        task->description,
        task->status,
        arena_print(batch, "%lld", (long long)task->progress),
        task->priority,
        row->assignee_email ? row->assignee_email : "",
        strcmp(task->creator.name, USER_NAME_GONE) != 0 ? row->creator_email : "",
        task->due_on ? task->due_on : "",
        labels_text(batch, task->labels),
        created_at,
        updated_at,
    };
    csv_add(export->out, fields, COUNT(fields));
}

/* ---- as JSON ---- */

/* Of who was deleted nothing is known. */
static void add_person(struct json_writer *json, const char *key, const char *name, const char *email) {
    json_key(json, key);
    if (!name || strcmp(name, USER_NAME_GONE) == 0) {
        json_null(json);
        return;
    }
    json_open_object(json);
    json_add_text(json, "name", name);
    json_add_text(json, "email", email);
    json_close_object(json);
}

static enum db_result write_comments(struct export *export, int64_t task_id) {
    struct json_writer *json = &export->json;
    struct db_rows *rows = NULL;
    enum db_result result = db_start(export->db, &TASK_EXPORT_COMMENTS, &rows, db_integer(task_id));
    if (result != DB_OK)
        return result;
    json_key(json, "comments");
    json_open_array(json);
    while ((result = db_next(rows)) == DB_ROW) {
        json_open_object(json);
        json_add_integer(json, "id", db_get_integer(rows, 0));
        add_person(json, "author", db_peek_text(rows, 3).text, db_peek_text(rows, 4).text);
        json_add_text(json, "body", db_peek_text(rows, 1).text);
        json_add_time(json, "created_at", db_get_integer(rows, 2));
        json_close_object(json);
    }
    json_close_array(json);
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

static enum db_result write_watchers(struct export *export, int64_t task_id) {
    struct json_writer *json = &export->json;
    struct db_rows *rows = NULL;
    enum db_result result = db_start(export->db, &TASK_EXPORT_WATCHERS, &rows, db_integer(task_id));
    if (result != DB_OK)
        return result;
    json_key(json, "watchers");
    json_open_array(json);
    while ((result = db_next(rows)) == DB_ROW) {
        json_open_object(json);
        json_add_text(json, "name", db_peek_text(rows, 0).text);
        json_add_text(json, "email", db_peek_text(rows, 1).text);
        json_close_object(json);
    }
    json_close_array(json);
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

/* Each line is a value of its own. */
static struct json_writer *begin_line(struct export *export) {
    export->json = json_write_to(export->out);
    return &export->json;
}

static enum db_result write_object(struct export *export, const struct row *row) {
    struct json_writer *json = begin_line(export);
    const struct task *task = &row->task;
    json_open_object(json);
    json_key(json, "task");
    json_open_object(json);
    json_add_integer(json, "id", task->id);
    json_add_text(json, "title", task->title);
    json_add_text(json, "description", task->description);
    json_add_text(json, "status", task->status);
    json_add_integer(json, "progress", task->progress);
    json_add_text(json, "priority", task->priority);
    add_person(json, "assignee", task->assignee.name, row->assignee_email);
    add_person(json, "creator", task->creator.name, row->creator_email);
    json_add_text(json, "due_on", task->due_on);
    json_add_raw(json, "labels", task->labels);
    json_add_time(json, "created_at", task->created_at);
    json_add_time(json, "updated_at", task->updated_at);
    if (task->is_deleted)
        json_add_boolean(json, "is_deleted", true);
    enum db_result result = write_watchers(export, task->id);
    if (result == DB_OK)
        result = write_comments(export, task->id);
    json_close_object(json);
    json_close_object(json);
    buffer_add_char(export->out, '\n');
    return result;
}

/* ---- tasks, in batches ---- */

static enum db_result read_batch(const struct export *export, struct arena *batch, int64_t after,
                                 struct row *rows_read, size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(export->db, &TASK_EXPORT, &rows, db_integer(after), db_integer(BATCH),
                                     db_integer(export->format == TASK_EXPORT_WHOLE));
    if (result != DB_OK)
        return result;
    *count = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        struct row *row = &rows_read[(*count)++];
        task_read_row(rows, batch, &row->task);
        row->assignee_email = db_get_text(rows, 16, batch);
        row->creator_email = db_get_text(rows, 17, batch);
    }
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

static enum outcome write_tasks(struct export *export) {
    struct arena *batch = arena_new();
    enum db_result result = DB_OK;
    int64_t after = 0;
    size_t count = BATCH;
    bool is_taken = true;
    while (result == DB_OK && count == BATCH && is_taken) {
        arena_reset(batch);
        struct row *rows = arena_take_array(batch, BATCH, sizeof(*rows));
        result = read_batch(export, batch, after, rows, &count);
        for (size_t i = 0; i < count && result == DB_OK; i++) {
            after = rows[i].task.id;
            if (export->format == TASK_EXPORT_CSV)
                write_line(export, batch, &rows[i]);
            else
                result = write_object(export, &rows[i]);
        }
        is_taken = export->flush(export->with);
    }
    arena_free(batch);
    return is_taken ? outcome_of(result) : OUTCOME_FAILED;
}

/* ---- the rest of a whole ---- */

static enum outcome write_people(struct export *export) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(export->db, &TASK_EXPORT_PEOPLE, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    while ((result = db_next(rows)) == DB_ROW) {
        struct json_writer *json = begin_line(export);
        json_open_object(json);
        json_key(json, "person");
        json_open_object(json);
        json_add_integer(json, "id", db_get_integer(rows, 0));
        json_add_text(json, "name", db_peek_text(rows, 1).text);
        json_add_text(json, "email", db_peek_text(rows, 2).text);
        json_add_text(json, "role", db_peek_text(rows, 3).text);
        json_add_text(json, "language", db_peek_text(rows, 4).text);
        json_add_time(json, "created_at", db_get_integer(rows, 5));
        json_add_boolean(json, "is_disabled", db_get_integer(rows, 6) != 0);
        json_close_object(json);
        json_close_object(json);
        buffer_add_char(export->out, '\n');
    }
    db_finish(rows);
    return outcome_of(result);
}

static enum outcome write_rules(struct export *export) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(export->db, &TASK_EXPORT_RULES, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    while ((result = db_next(rows)) == DB_ROW) {
        struct json_writer *json = begin_line(export);
        json_open_object(json);
        json_key(json, "rule");
        json_open_object(json);
        json_add_text(json, "name", db_peek_text(rows, 0).text);
        json_add_raw(json, "pattern", db_peek_text(rows, 1).text);
        json_add_text(json, "who", db_peek_text(rows, 2).text);
        json_add_text(json, "how", db_peek_text(rows, 3).text);
        json_add_boolean(json, "is_enabled", db_get_integer(rows, 4) != 0);
        json_close_object(json);
        json_close_object(json);
        buffer_add_char(export->out, '\n');
    }
    db_finish(rows);
    return outcome_of(result);
}

static enum outcome write_event(void *with, struct arena *batch, const struct envelope *event) {
    (void)batch;
    struct export *export = with;
    buffer_print(
        export->out, "{\"event\":%s}\n",
        json_object_to_json_string_ext(event->json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    return export->flush(export->with) ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome task_export_write(struct db *db, enum task_export_format format, struct buffer *out,
                               task_export_flush *flush, void *with) {
    struct export export = {.db = db, .format = format, .out = out, .flush = flush, .with = with};
    enum outcome outcome = OUTCOME_OK;
    if (format == TASK_EXPORT_CSV) {
        buffer_add(out, "\xEF\xBB\xBF"); /* some spreadsheets take a file without it for no UTF-8 */
        csv_add(out, head, COUNT(head));
    }
    if (format == TASK_EXPORT_WHOLE)
        outcome = write_people(&export);
    if (outcome == OUTCOME_OK && format == TASK_EXPORT_WHOLE)
        outcome = write_rules(&export);
    if (outcome == OUTCOME_OK)
        outcome = write_tasks(&export);
    const struct envelope_query all = {0};
    if (outcome == OUTCOME_OK && format == TASK_EXPORT_WHOLE)
        outcome = envelope_walk(db, &all, write_event, &export);
    return outcome;
}
