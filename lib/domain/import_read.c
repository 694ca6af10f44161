/* What the readers of all formats share: texts, states, and what is said about the file. */
#include "domain/import.h"

#include "base/buffer.h"
#include "base/utf8.h"
#include "domain/task.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct import_format IMPORT_FORMATS[] = {
    {"csv", "CSV", "a table with a head line, as spreadsheets and `pumasi export` write it", import_csv,
     NULL},
    {"kanboard", "Kanboard", "its CSV export, or its SQLite file (db.sqlite)", import_kanboard_csv,
     import_kanboard},
    {"trello", "Trello", "a board's JSON export", import_trello, NULL},
    {"vikunja", "Vikunja", "data.json of its export (unzip it first)", import_vikunja, NULL},
    {"github", "GitHub", "issues as its API or `gh issue list --json` give them", import_github, NULL},
    {"pumasi", "Pumasi", "what `pumasi export --format lines` wrote", import_pumasi, NULL},
};
const size_t IMPORT_FORMAT_COUNT = COUNT(IMPORT_FORMATS);

const struct import_format *import_format_find(const char *name) {
    for (size_t i = 0; i < COUNT(IMPORT_FORMATS); i++)
        if (strcmp(IMPORT_FORMATS[i].name, name) == 0)
            return &IMPORT_FORMATS[i];
    return NULL;
}

/* ---- what is said ---- */

static const char *say(struct import *import, const char *where, const char *format, va_list values) {
    char text[512];
    (void)vsnprintf(text, sizeof(text), format, values);
    return where ? arena_print(import->arena, "%s: %s", where, text) : arena_copy(import->arena, text);
}

void import_fault(struct import *import, const char *where, const char *format, ...) {
    if (import->fault_count == IMPORT_MOST_FAULTS)
        return;
    va_list values;
    va_start(values, format);
    import->faults = arena_grow(import->arena, import->faults, import->fault_count, sizeof(*import->faults));
    import->faults[import->fault_count++] = say(import, where, format, values);
    va_end(values);
}

void import_note(struct import *import, const char *where, const char *format, ...) {
    va_list values;
    va_start(values, format);
    import->notes = arena_grow(import->arena, import->notes, import->note_count, sizeof(*import->notes));
    import->notes[import->note_count++] = say(import, where, format, values);
    va_end(values);
}

/* ---- files ---- */

/* False: it cannot be read, or is too large; a fault says so. */
static bool read_file(struct import *import, const char *path, struct span *bytes) {
    enum { PIECE = 256 * 1024 };
    bool is_input = strcmp(path, "-") == 0;
    int file = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct buffer text = buffer_new(import->arena, PIECE);
    ssize_t got = file < 0 ? -1 : 1;
    while (got > 0 && text.size <= IMPORT_MOST_BYTES) {
        buffer_reserve(&text, PIECE);
        got = read(file, text.data + text.size, PIECE);
        text.size += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        import_fault(import, path, "%s", strerror(errno));
    else if (text.size > IMPORT_MOST_BYTES)
        import_fault(import, path, "larger than 64 MiB; please split it");
    if (!is_input && file >= 0)
        (void)close(file);
    text.data[text.size] = '\0';
    *bytes = (struct span){text.data, text.size};
    return !import->fault_count;
}

static bool is_database(const char *path) {
    static const char mark[] = "SQLite format 3"; /* with its NUL */
    char head[sizeof(mark)] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool is = file >= 0 && read(file, head, sizeof(head)) == (ssize_t)sizeof(head) &&
              memcmp(head, mark, sizeof(mark)) == 0;
    if (file >= 0)
        (void)close(file);
    return is;
}

struct keyed {
    const struct import_task *task;
};

static int compare_keys(const void *one, const void *other) {
    return strcmp(((const struct keyed *)one)->task->key, ((const struct keyed *)other)->task->key);
}

/* A key that stands twice would have the second task take the first one's place. */
static void check_keys(struct import *import) {
    struct keyed *sorted = arena_take_array(import->arena, import->count + 1, sizeof(*sorted));
    for (size_t i = 0; i < import->count; i++)
        sorted[i].task = &import->tasks[i];
    qsort(sorted, import->count, sizeof(*sorted), compare_keys);
    for (size_t i = 1; i < import->count; i++)
        if (strcmp(sorted[i].task->key, sorted[i - 1].task->key) == 0)
            import_fault(import, sorted[i].task->where, "the number \"%.60s\" is that of %s, too",
                         sorted[i].task->key, sorted[i - 1].task->where);
}

static void check_tasks(struct import *import) {
    for (size_t i = 0; i < import->count; i++) {
        struct import_task *task = &import->tasks[i];
        if (!task->key || !*task->key)
            import_fault(import, task->where, "it has no number by which it would be known again");
        if (!task->title || !*task->title)
            import_fault(import, task->where, "it has no title");
    }
}

void import_read(struct import *import, const struct import_format *format, const char *path) {
    struct span bytes = {0};
    if (format->read_database && is_database(path))
        format->read_database(import, path);
    else if (read_file(import, path, &bytes))
        format->read(import, bytes);
    if (!import->fault_count)
        check_tasks(import);
    if (!import->fault_count)
        check_keys(import);
    if (!import->fault_count && !import->count)
        import_fault(import, path, "there is no task in it; is it %s?", format->what);
}

/* ---- lists ---- */

struct import_task *import_add(struct import *import, const char *where) {
    if (import->count == IMPORT_MOST_TASKS) {
        import_fault(import, where, "there are more than %d tasks; please split the file", IMPORT_MOST_TASKS);
        return NULL;
    }
    import->tasks = arena_grow(import->arena, import->tasks, import->count, sizeof(*import->tasks));
    struct import_task *task = &import->tasks[import->count++];
    *task = (struct import_task){.where = where, .status = "todo", .priority = "normal"};
    return task;
}

void import_add_label(struct import *import, struct import_task *task, const char *label) {
    if (!label || !*label)
        return;
    /* Ours stand in lists with commas, on one line. */
    char *own = arena_copy(import->arena, label);
    for (char *c = own; *c; c++)
        if (strchr(",\n\t", *c))
            *c = ' ';
    const char *cut = own;
    if (utf8_count(own, strlen(own)) > TASK_MOST_LABEL) {
        const char *end = own + strlen(own);
        for (int i = 0; i < TASK_MOST_LABEL; i++)
            (void)utf8_next(&cut, end);
        own[cut - own] = '\0';
        import_note(import, task->where, "the label \"%s\" was longer than %d characters and is cut", own,
                    TASK_MOST_LABEL);
    }
    for (size_t i = 0; i < task->label_count; i++)
        if (strcmp(task->labels[i], own) == 0)
            return;
    if (task->label_count == TASK_MOST_LABELS) {
        import_note(import, task->where, "the label \"%s\" is left out: a task has at most %d", own,
                    TASK_MOST_LABELS);
        return;
    }
    task->labels = arena_grow(import->arena, task->labels, task->label_count, sizeof(*task->labels));
    task->labels[task->label_count++] = own;
}

static void add_person(struct import *import, struct import_person **list, size_t *count,
                       struct import_person person) {
    if (!import_person_name(&person))
        return;
    *list = arena_grow(import->arena, *list, *count, sizeof(**list));
    (*list)[(*count)++] = person;
}

void import_add_assignee(struct import *import, struct import_task *task, struct import_person person) {
    add_person(import, &task->assignees, &task->assignee_count, person);
}

void import_add_watcher(struct import *import, struct import_task *task, struct import_person person) {
    add_person(import, &task->watchers, &task->watcher_count, person);
}

void import_add_comment(struct import *import, struct import_task *task, struct import_comment comment) {
    if (!comment.body || !*comment.body)
        return;
    if (!comment.key || !*comment.key) {
        import_fault(import, task->where, "a comment has no id, by which it would be known again");
        return;
    }
    task->comments = arena_grow(import->arena, task->comments, task->comment_count, sizeof(*task->comments));
    task->comments[task->comment_count++] = comment;
}

void import_add_text(struct import *import, struct import_task *task, const char *text) {
    if (!text || !*text)
        return;
    bool is_first = !task->description || !*task->description;
    task->description = is_first ? text : arena_print(import->arena, "%s\n\n%s", task->description, text);
}

const char *import_text(struct import *import, const char *where, const char *text) {
    if (!text)
        return NULL;
    const char *end = text + strlen(text);
    struct buffer out = buffer_new(import->arena, (size_t)(end - text) + 1);
    while (text < end) {
        const char *from = text;
        int32_t character = utf8_next(&text, end);
        if (character < 0) {
            import_fault(import, where, "the text is not UTF-8; please save the file as UTF-8");
            return "";
        }
        bool is_control = character < ' ' || (character >= 0x7F && character < 0xA0);
        if (!is_control || character == '\n' || character == '\t')
            buffer_add_bytes(&out, from, (size_t)(text - from));
        else if (character == '\r' && (text == end || *text != '\n'))
            buffer_add_char(&out, '\n');
    }
    while (out.size && isspace((unsigned char)out.data[out.size - 1]))
        out.data[--out.size] = '\0';
    return out.data + strspn(out.data, " \n\t");
}
