/*
 * Kanboard's own database (data/db.sqlite), all its projects: read only, by the few tables that are named
 * here. Its statements are no DB_QUERY, since the tests of those know our tables alone.
 */
#include "domain/import.h"

#include "base/buffer.h"

#include <string.h>

static const struct grant grants[] = {
    {"tasks", MAY_READ},          {"columns", MAY_READ},
    {"projects", MAY_READ},       {"users", MAY_READ},
    {"user", MAY_READ},           {"comments", MAY_READ},
    {"tags", MAY_READ},           {"task_has_tags", MAY_READ},
    {"subtasks", MAY_READ},       {"project_has_categories", MAY_READ},
    {"swimlanes", MAY_READ},      {"task_has_files", MAY_READ},
    {"task_has_links", MAY_READ},
};

static const struct db_query all_tasks = {
    "KANBOARD_TASKS",
    "SELECT tasks.id, tasks.title, tasks.description, tasks.is_active, columns.title, tasks.priority, tasks.date_due, "
    "tasks.date_creation, coalesce(nullif(tasks.date_completed, 0), tasks.date_modification), "
    "creator.username, creator.name, creator.email, owner.username, owner.name, owner.email, "
    "project_has_categories.name, swimlanes.name, projects.name, "
    "(SELECT count(*) FROM projects), (SELECT count(*) FROM task_has_files WHERE task_has_files.task_id = tasks.id), "
    "(SELECT count(*) FROM task_has_links WHERE task_has_links.task_id = tasks.id) "
    "FROM tasks LEFT JOIN columns ON columns.id = tasks.column_id "
    "LEFT JOIN projects ON projects.id = tasks.project_id "
    "LEFT JOIN users AS creator ON creator.id = tasks.creator_id "
    "LEFT JOIN users AS owner ON owner.id = tasks.owner_id "
    "LEFT JOIN project_has_categories ON project_has_categories.id = tasks.category_id "
    "LEFT JOIN swimlanes ON swimlanes.id = tasks.swimlane_id "
    "ORDER BY tasks.id"};
/* The three that follow walk beside the tasks, in the same order. */
static const struct db_query all_tags = {
    "KANBOARD_TAGS", "SELECT task_has_tags.task_id, tags.name FROM task_has_tags "
                     "JOIN tags ON tags.id = task_has_tags.tag_id ORDER BY task_has_tags.task_id, tags.name"};
static const struct db_query all_subtasks = {
    "KANBOARD_SUBTASKS", "SELECT task_id, title, status FROM subtasks ORDER BY task_id, position, id"};
static const struct db_query all_comments = {
    "KANBOARD_COMMENTS",
    "SELECT comments.task_id, comments.id, comments.comment, comments.date_creation, "
    "users.username, users.name, users.email "
    "FROM comments LEFT JOIN users ON users.id = comments.user_id ORDER BY comments.task_id, comments.id"};

static const char *text_at(struct import *import, const char *where, struct db_rows *rows, int column) {
    const char *text = import_text(import, where, db_get_text(rows, column, import->arena));
    return text && *text ? text : NULL;
}

/* Of username, name and address from one column on. */
static struct import_person person_at(struct import *import, const char *where, struct db_rows *rows,
                                      int column) {
    return (struct import_person){.username = text_at(import, where, rows, column),
                                  .name = text_at(import, where, rows, column + 1),
                                  .email = text_at(import, where, rows, column + 2)};
}

static void read_task(struct import *import, struct db_rows *rows) {
    const char *where = arena_print(import->arena, "task %lld", (long long)db_get_integer(rows, 0));
    struct import_task *task = import_add(import, where);
    if (!task)
        return;
    task->key = text_at(import, where, rows, 0);
    task->title = text_at(import, where, rows, 1);
    task->description = text_at(import, where, rows, 2);
    if (db_get_integer(rows, 3))
        import_set_state(import, task, text_at(import, where, rows, 4));
    else
        task->status = "done";
    task->priority = import_priority_of_kanboard(db_get_integer(rows, 5));
    if (db_get_integer(rows, 6))
        task->due_on = import_day(import, where, text_at(import, where, rows, 6));
    task->created_at = db_get_integer(rows, 7);
    task->updated_at = db_get_integer(rows, 8);
    task->creator = person_at(import, where, rows, 9);
    import_add_assignee(import, task, person_at(import, where, rows, 12));
    import_add_label(import, task, text_at(import, where, rows, 15));
    const char *swimlane = text_at(import, where, rows, 16);
    if (swimlane && strcmp(swimlane, "Default swimlane") != 0)
        import_add_label(import, task, swimlane);
    if (db_get_integer(rows, 18) > 1)
        import_add_label(import, task, text_at(import, where, rows, 17));
    if (db_get_integer(rows, 19))
        import_note(import, where, "%lld of its files are not taken", (long long)db_get_integer(rows, 19));
    if (db_get_integer(rows, 20))
        import_note(import, where, "%lld of its links to tasks are not taken",
                    (long long)db_get_integer(rows, 20));
}

static void read_tag(struct import *import, struct import_task *task, struct db_rows *rows) {
    import_add_label(import, task, text_at(import, task->where, rows, 1));
}

static void read_subtask(struct import *import, struct import_task *task, struct db_rows *rows) {
    enum { DONE = 2 };
    const char *title = text_at(import, task->where, rows, 1);
    const char *line = arena_print(import->arena, "- [%c] %s", db_get_integer(rows, 2) == DONE ? 'x' : ' ',
                                   title ? title : "");
    const char *last = task->description ? strrchr(task->description, '\n') : NULL;
    last = last ? last + 1 : task->description;
    if (last && strncmp(last, "- [", 3) == 0)
        task->description = arena_print(import->arena, "%s\n%s", task->description, line);
    else
        import_add_text(import, task, line);
}

static void read_comment(struct import *import, struct import_task *task, struct db_rows *rows) {
    import_add_comment(import, task,
                       (struct import_comment){
                           .key = text_at(import, task->where, rows, 1),
                           .body = text_at(import, task->where, rows, 2),
                           .created_at = db_get_integer(rows, 3),
                           .author = person_at(import, task->where, rows, 4),
                       });
}

/* Rows whose first column names their task, both in its order. */
static enum db_result read_beside(struct import *import, struct db *db, const struct db_query *query,
                                  void (*read)(struct import *, struct import_task *, struct db_rows *)) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, query, &rows, NULL, 0);
    if (result != DB_OK)
        return result;
    size_t at = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        const char *key = text_at(import, NULL, rows, 0);
        while (key && at < import->count && strcmp(import->tasks[at].key, key) != 0 &&
               strtoll(import->tasks[at].key, NULL, 10) < db_get_integer(rows, 0))
            at++;
        if (key && at < import->count && strcmp(import->tasks[at].key, key) == 0)
            read(import, &import->tasks[at], rows);
    }
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

static enum db_result read_tasks(struct import *import, struct db *db) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &all_tasks, &rows, NULL, 0);
    if (result != DB_OK)
        return result;
    while (!import->fault_count && (result = db_next(rows)) == DB_ROW)
        read_task(import, rows);
    db_finish(rows);
    return result == DB_ROW || result == DB_END ? DB_OK : result;
}

void import_kanboard(struct import *import, const char *path) {
    const struct db_options options = {.path = path,
                                       .is_read_only = true,
                                       .is_foreign = true,
                                       .grants = grants,
                                       .grant_count = COUNT(grants)};
    struct db *db = NULL;
    const char *error = NULL;
    if (db_open(&options, import->arena, &db, &error) != DB_OPENED) {
        import_fault(import, NULL, "%s", error);
        return;
    }
    enum db_result result = db_begin_read(db);
    if (result == DB_OK)
        result = read_tasks(import, db);
    if (result == DB_OK && !import->fault_count)
        result = read_beside(import, db, &all_tags, read_tag);
    if (result == DB_OK && !import->fault_count)
        result = read_beside(import, db, &all_subtasks, read_subtask);
    if (result == DB_OK && !import->fault_count)
        result = read_beside(import, db, &all_comments, read_comment);
    if (result != DB_OK)
        import_fault(import, path, "%s; is it a database of Kanboard 1.2 or later?", db_error(db));
    db_end_read(db);
    db_close(db);
}
