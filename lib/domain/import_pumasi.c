/*
 * JSON lines, as `pumasi export --format lines` writes them: {"task":{...}} with its comments, a line each.
 * Lines of other kinds, which a whole export has as well, are counted and not taken: people come by
 * invitation.
 */
#include "domain/import.h"

#include "domain/task.h"

#include <string.h>

static struct import_person person_of(struct import *import, const char *where, struct json_object *person) {
    return (struct import_person){.email = import_member(import, where, person, "email"),
                                  .name = import_member(import, where, person, "name")};
}

static bool is_word(const char *const *words, const char *text) {
    while (*words && (!text || strcmp(*words, text) != 0))
        words++;
    return *words != NULL;
}

static void read_comments(struct import *import, struct import_task *task, struct json_object *comments) {
    for (size_t i = 0; comments && i < json_object_array_length(comments); i++) {
        struct json_object *comment = json_object_array_get_idx(comments, i);
        const char *key = import_member(import, task->where, comment, "id");
        if (!key)
            import_fault(import, task->where, "a comment has no \"id\"");
        import_add_comment(
            import, task,
            (struct import_comment){
                .key = key,
                .author = person_of(import, task->where, json_object_object_get(comment, "author")),
                .body = import_member(import, task->where, comment, "body"),
                .created_at = import_time(import, task->where,
                                          import_member(import, task->where, comment, "created_at")),
            });
    }
}

static void read_task(struct import *import, struct json_object *item, const char *where) {
    struct import_task *task = import_add(import, where);
    if (!task)
        return;
    task->key = import_member(import, where, item, "id");
    task->title = import_member(import, where, item, "title");
    task->description = import_member(import, where, item, "description");
    task->status = import_member(import, where, item, "status");
    task->priority = import_member(import, where, item, "priority");
    if (!is_word(TASK_STATUSES, task->status) || !is_word(TASK_PRIORITIES, task->priority))
        import_fault(import, where, "its \"status\" or \"priority\" is none of ours");
    task->progress = import_integer(item, "progress");
    task->due_on = import_day(import, where, import_member(import, where, item, "due_on"));
    task->created_at = import_time(import, where, import_member(import, where, item, "created_at"));
    task->updated_at = import_time(import, where, import_member(import, where, item, "updated_at"));
    task->creator = person_of(import, where, json_object_object_get(item, "creator"));
    import_add_assignee(import, task, person_of(import, where, json_object_object_get(item, "assignee")));
    struct json_object *watchers = import_array(item, "watchers");
    for (size_t i = 0; watchers && i < json_object_array_length(watchers); i++)
        import_add_watcher(import, task, person_of(import, where, json_object_array_get_idx(watchers, i)));
    struct json_object *labels = import_array(item, "labels");
    for (size_t i = 0; labels && i < json_object_array_length(labels); i++)
        import_add_label(
            import, task,
            import_text(import, where, json_object_get_string(json_object_array_get_idx(labels, i))));
    read_comments(import, task, import_array(item, "comments"));
}

void import_pumasi(struct import *import, struct span bytes) {
    const char *at = bytes.text;
    const char *end = bytes.text + bytes.size;
    size_t others = 0;
    size_t in_bin = 0;
    for (unsigned line = 1; at < end && !import->fault_count; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        struct json_object *root = NULL;
        if (stop > at)
            root = import_json(import, (struct span){at, (size_t)(stop - at)}, line);
        struct json_object *task = json_object_object_get(root, "task");
        if (import_flag(task, "is_deleted"))
            in_bin++;
        else if (task)
            read_task(import, task, arena_print(import->arena, "line %u", line));
        else
            others += root != NULL;
        (void)json_object_put(root);
        at = stop + (stop < end);
    }
    if (others)
        import_note(import, NULL, "%zu lines are about other things than tasks and not taken", others);
    if (in_bin)
        import_note(import, NULL, "%zu tasks of the bin are not taken", in_bin);
}
