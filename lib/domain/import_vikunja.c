/*
 * data.json of Vikunja's export: projects with their tasks, buckets and comments. Its texts are HTML, of
 * which the words, lists and links stay (import_html.c).
 */
#include "domain/import.h"

#include "domain/import_html.h"

#include <string.h>

static const char *text_of(struct import *import, const char *where, struct json_object *object,
                           const char *key) {
    const char *html = import_member(import, where, object, key);
    return html ? import_text(import, where, import_html(import->arena, html)) : NULL;
}

static struct import_person person_of(struct import *import, const char *where, struct json_object *person) {
    return (struct import_person){.email = import_member(import, where, person, "email"),
                                  .name = import_member(import, where, person, "name"),
                                  .username = import_member(import, where, person, "username")};
}

/* 0 was never set; 1 is low, 5 is "do now". */
static const char *priority_of(int64_t number) {
    static const char *const words[] = {"normal", "low", "normal", "high", "urgent", "urgent"};
    return number >= 0 && number < (int64_t)COUNT(words) ? words[number] : "normal";
}

/* The name of a task's bucket; NULL: it lies in none, or later releases keep it apart. */
static const char *bucket_of(struct import *import, const char *where, struct json_object *project,
                             int64_t id) {
    struct json_object *buckets = import_array(project, "buckets");
    for (size_t i = 0; id && buckets && i < json_object_array_length(buckets); i++) {
        struct json_object *bucket = json_object_array_get_idx(buckets, i);
        if (import_integer(bucket, "id") == id)
            return import_member(import, where, bucket, "title");
    }
    return NULL;
}

static void set_state(struct import *import, struct import_task *task, struct json_object *project,
                      struct json_object *item) {
    enum { MOST_OPEN = 99 };
    double part = json_object_get_double(json_object_object_get(item, "percent_done"));
    int64_t percent = part > 0 && part <= 1 ? (int64_t)(part * 100 + 0.5) : 0;
    const char *bucket = bucket_of(import, task->where, project, import_integer(item, "bucket_id"));
    if (import_flag(item, "done")) {
        task->status = "done";
        return;
    }
    import_set_state(import, task, bucket);
    task->progress = percent < MOST_OPEN ? percent : MOST_OPEN;
    if (!bucket && percent)
        task->status = "doing";
}

static void add_labels(struct import *import, struct import_task *task, struct json_object *item) {
    struct json_object *labels = import_array(item, "labels");
    for (size_t i = 0; labels && i < json_object_array_length(labels); i++)
        import_add_label(import, task,
                         import_member(import, task->where, json_object_array_get_idx(labels, i), "title"));
}

static void add_comments(struct import *import, struct import_task *task, struct json_object *item) {
    struct json_object *comments = import_array(item, "comments");
    for (size_t i = 0; comments && i < json_object_array_length(comments); i++) {
        struct json_object *comment = json_object_array_get_idx(comments, i);
        const char *where = arena_print(import->arena, "%s.comments[%zu]", task->where, i);
        const char *key = import_member(import, where, comment, "id");
        if (!key)
            import_fault(import, where, "it has no \"id\"");
        import_add_comment(
            import, task,
            (struct import_comment){
                .key = key,
                .author = person_of(import, where, json_object_object_get(comment, "author")),
                .body = text_of(import, where, comment, "comment"),
                .created_at = import_time(import, where, import_member(import, where, comment, "created")),
            });
    }
}

static void read_task(struct import *import, struct json_object *project, struct json_object *item,
                      const char *where) {
    struct import_task *task = import_add(import, where);
    if (!task)
        return;
    task->key = import_member(import, where, item, "id");
    task->title = import_member(import, where, item, "title");
    task->description = text_of(import, where, item, "description");
    task->priority = priority_of(import_integer(item, "priority"));
    set_state(import, task, project, item);
    import_add_label(import, task, import_member(import, where, project, "title"));
    add_labels(import, task, item);
    task->creator = person_of(import, where, json_object_object_get(item, "created_by"));
    struct json_object *assignees = import_array(item, "assignees");
    for (size_t i = 0; assignees && i < json_object_array_length(assignees); i++)
        import_add_assignee(import, task, person_of(import, where, json_object_array_get_idx(assignees, i)));
    task->due_on = import_day(import, where, import_member(import, where, item, "due_date"));
    task->created_at = import_time(import, where, import_member(import, where, item, "created"));
    const char *ended = import_flag(item, "done") ? import_member(import, where, item, "done_at") : NULL;
    task->updated_at = import_time(import, where, ended);
    if (!task->updated_at)
        task->updated_at = import_time(import, where, import_member(import, where, item, "updated"));
    if (import_integer(item, "repeat_after"))
        import_note(import, where, "it repeats, which is not taken");
    struct json_object *attachments = import_array(item, "attachments");
    if (attachments && json_object_array_length(attachments))
        import_note(import, where, "%zu of its files are not taken", json_object_array_length(attachments));
    add_comments(import, task, item);
}

void import_vikunja(struct import *import, struct span bytes) {
    if (bytes.size > 1 && memcmp(bytes.text, "PK", 2) == 0) {
        import_fault(import, NULL, "it is packed: unzip -p FILE data.json | pumasi import - --from vikunja");
        return;
    }
    struct json_object *projects = import_json(import, bytes, 1);
    if (projects && !json_object_is_type(projects, json_type_array))
        import_fault(import, NULL, "it is no list of projects, which would begin with \"[\"");
    for (size_t i = 0;
         json_object_is_type(projects, json_type_array) && i < json_object_array_length(projects); i++) {
        struct json_object *project = json_object_array_get_idx(projects, i);
        struct json_object *tasks = import_array(project, "tasks");
        for (size_t j = 0; tasks && j < json_object_array_length(tasks); j++)
            read_task(import, project, json_object_array_get_idx(tasks, j),
                      arena_print(import->arena, "[%zu].tasks[%zu]", i, j));
    }
    (void)json_object_put(projects);
}
