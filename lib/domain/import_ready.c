#include "domain/import_ready.h"

#include "base/utf8.h"

#include <string.h>

const char *import_sentence(const struct import_writer *writer, enum words_key key, const char *name) {
    return words_print(writer->import->arena, writer->target->actor.language, key, {"name", name},
                       {"program", writer->import->program});
}

size_t import_cut(const char *text, size_t most) {
    size_t size = strlen(text);
    if (size <= most)
        return size;
    while (most && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return most;
}

/* A title is one line of 200 characters; a longer one stands whole in the description. */
static void ready_title(const struct import_writer *writer, struct import_task *task,
                        struct task_values *values) {
    struct arena *arena = writer->import->arena;
    char *title = arena_copy(arena, task->title);
    for (char *c = title; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    if (utf8_count(title, strlen(title)) > TASK_MOST_TITLE) {
        const char *at = title;
        const char *end = title + strlen(title);
        for (int i = 0; i < TASK_MOST_TITLE; i++)
            (void)utf8_next(&at, end);
        title[at - title] = '\0';
        task->description =
            task->description ? arena_print(arena, "%s\n\n%s", task->title, task->description) : task->title;
        import_note(writer->import, task->where,
                    "the title has more than %d characters and is cut; it stands whole in the description",
                    TASK_MOST_TITLE);
    }
    values->title = title;
}

static void ready_description(const struct import_writer *writer, struct import_task *task,
                              struct import_ready *ready) {
    const char *text = task->description ? task->description : "";
    size_t size = import_cut(text, TASK_MOST_DESCRIPTION_BYTES);
    ready->values.description = arena_copy_bytes(writer->import->arena, text, size);
    if (text[size]) {
        ready->rest = text + size;
        import_note(writer->import, task->where,
                    "the description is longer than 64 KiB; its rest is put into comments");
    }
}

/* Whom we know is in charge; of others the description tells. */
static void ready_people(const struct import_writer *writer, struct import_task *task,
                         struct import_ready *ready) {
    struct import *import = writer->import;
    const struct user *creator = import_people_find(writer->people, &task->creator);
    const char *creator_name = import_person_name(&task->creator);
    ready->creator_id = creator ? creator->id : writer->target->actor.id;
    if (!creator && creator_name)
        import_add_text(import, task, import_sentence(writer, WORDS_IMPORT_MADE_BY, creator_name));
    for (size_t i = 0; i < task->assignee_count; i++) {
        const struct user *user = import_people_find(writer->people, &task->assignees[i]);
        if (user && user->is_disabled)
            import_note(import, task->where, "%s is disabled and not put in charge", user->email);
        else if (user && !ready->values.assignee_id)
            ready->values.assignee_id = user->id;
        else if (user)
            import_add_watcher(import, task, task->assignees[i]);
        else
            import_add_text(
                import, task,
                import_sentence(writer, WORDS_IMPORT_IN_CHARGE, import_person_name(&task->assignees[i])));
    }
}

struct import_ready import_make_ready(const struct import_writer *writer, struct import_task *task) {
    struct import_ready ready = {.task = task,
                                 .values = {.fields = TASK_TITLE | TASK_DESCRIPTION | TASK_STATUS |
                                                      TASK_PROGRESS | TASK_PRIORITY | TASK_ASSIGNEE |
                                                      TASK_DUE | TASK_LABELS}};
    bool is_done = strcmp(task->status, "done") == 0;
    bool is_partial = task->progress > 0 && task->progress < 100;
    ready_title(writer, task, &ready.values);
    ready_people(writer, task, &ready);
    ready_description(writer, task, &ready);
    ready.values.status = task->status;
    ready.values.progress = is_done ? 100 : is_partial ? task->progress : 0;
    ready.values.priority = task->priority;
    ready.values.due_on = task->due_on;
    ready.values.labels = task_labels(writer->import->arena, task->labels, task->label_count);
    return ready;
}
