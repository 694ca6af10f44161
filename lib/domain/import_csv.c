/* Tables: each line a task, each column a field by the name in the head line. */
#include "domain/import.h"

#include "base/csv.h"
#include "domain/task.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum column {
    NOT_TAKEN,
    KEY,
    TITLE,
    DESCRIPTION,
    STATE,
    CLOSED, /* a second word for the state, of which only "closed" counts */
    PROGRESS,
    PRIORITY,
    ASSIGNEE,
    ASSIGNEE_NAME,
    CREATOR,
    CREATOR_NAME,
    DUE,
    LABELS,
    LABEL,
    CREATED,
    UPDATED,
    ENDED,
    COLUMN_COUNT
};

struct column_name {
    const char *name;
    enum column column;
};

/* As people, spreadsheets and other programs call them; those of `pumasi export` first. */
static const struct column_name usual[] = {
    {"id", KEY},
    {"title", TITLE},
    {"description", DESCRIPTION},
    {"status", STATE},
    {"progress", PROGRESS},
    {"priority", PRIORITY},
    {"assignee", ASSIGNEE},
    {"creator", CREATOR},
    {"due_on", DUE},
    {"labels", LABELS},
    {"created_at", CREATED},
    {"updated_at", UPDATED},
    {"key", KEY},
    {"issue key", KEY},
    {"number", KEY},
    {"번호", KEY},
    {"name", TITLE},
    {"summary", TITLE},
    {"task", TITLE},
    {"task name", TITLE},
    {"subject", TITLE},
    {"제목", TITLE},
    {"할 일", TITLE},
    {"notes", DESCRIPTION},
    {"details", DESCRIPTION},
    {"body", DESCRIPTION},
    {"설명", DESCRIPTION},
    {"내용", DESCRIPTION},
    {"state", STATE},
    {"column", STATE},
    {"list", STATE},
    {"상태", STATE},
    {"진행률", PROGRESS},
    {"우선순위", PRIORITY},
    {"owner", ASSIGNEE},
    {"assigned to", ASSIGNEE},
    {"assignee email", ASSIGNEE},
    {"담당자", ASSIGNEE},
    {"author", CREATOR},
    {"reporter", CREATOR},
    {"created by", CREATOR},
    {"만든 사람", CREATOR},
    {"due", DUE},
    {"due date", DUE},
    {"deadline", DUE},
    {"마감일", DUE},
    {"기한", DUE},
    {"tags", LABELS},
    {"label", LABELS},
    {"라벨", LABELS},
    {"태그", LABELS},
    {"created", CREATED},
    {"created at", CREATED},
    {"만든 날", CREATED},
    {"updated", UPDATED},
    {"updated at", UPDATED},
    {"바뀐 날", UPDATED},
};

static const struct column_name of_kanboard[] = {
    {"Task Id", KEY},
    {"Title", TITLE},
    {"Status", CLOSED},
    {"Category", LABEL},
    {"Swimlane", LABEL},
    {"Column", STATE},
    {"Due date", DUE},
    {"Creator", CREATOR},
    {"Creator Name", CREATOR_NAME},
    {"Assignee Username", ASSIGNEE},
    {"Assignee Name", ASSIGNEE_NAME},
    {"Creation date", CREATED},
    {"Modification date", UPDATED},
    {"Completion date", ENDED},
    {"Priority", PRIORITY},
    {"Tags", LABELS},
};

/* One file on its way. */
struct table {
    struct import *import;
    bool is_kanboard;
    enum column columns[CSV_MOST_FIELDS];
    size_t width;
    bool has_key;
};

static enum column find_column(const struct table *table, const char *name) {
    const struct import_pairs *asked = &table->import->columns;
    for (size_t i = 0; i < asked->count; i++)
        if (strcasecmp(asked->pairs[i].from, name) == 0)
            name = asked->pairs[i].to;
    const struct column_name *names = table->is_kanboard ? of_kanboard : usual;
    size_t count = table->is_kanboard ? COUNT(of_kanboard) : COUNT(usual);
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i].name, name) == 0)
            return names[i].column;
    return NOT_TAKEN;
}

/* False: the head line names no title, or a column twice. */
static bool read_head(struct table *table, const struct csv_record *record) {
    struct import *import = table->import;
    unsigned times[COLUMN_COUNT] = {0};
    table->width = record->count;
    for (size_t i = 0; i < record->count; i++) {
        const char *name = import_text(import, "line 1", record->fields[i]);
        table->columns[i] = find_column(table, name);
        if (table->columns[i] == NOT_TAKEN && *name)
            import_note(import, NULL, "the column \"%.60s\" is not taken", name);
        times[table->columns[i]]++;
        if (table->columns[i] != NOT_TAKEN && table->columns[i] != LABEL && times[table->columns[i]] == 2)
            import_fault(import, "line 1", "\"%.60s\" means the same as a column before it", name);
    }
    if (!times[TITLE])
        import_fault(import, "line 1",
                     table->is_kanboard
                         ? "there is no column \"Title\": is it an export of Kanboard in English?"
                         : "no column is the title; name one \"title\", or say --column \"NAME=title\"");
    table->has_key = times[KEY] != 0;
    if (!table->has_key)
        import_note(import, NULL,
                    "there is no column of numbers (\"id\"): tasks are known again by their title");
    return !import->fault_count;
}

static void add_labels(struct import *import, struct import_task *task, char *list) {
    char *rest = NULL;
    for (char *label = strtok_r(list, ",\n", &rest); label; label = strtok_r(NULL, ",\n", &rest))
        import_add_label(import, task, import_text(import, task->where, label));
}

static struct import_person person_of(const char *who, const char *name) {
    bool is_email = who && strchr(who, '@');
    return (struct import_person){.email = is_email ? who : NULL,
                                  .username = is_email ? NULL : who,
                                  .name = name       ? name
                                          : is_email ? NULL
                                                     : who};
}

static int64_t read_progress(struct import *import, const struct import_task *task, const char *text) {
    char *end = NULL;
    long progress = strtol(text, &end, 10);
    if (end != text && (!*end || strcmp(end, "%") == 0) && progress >= 0 && progress <= 100)
        return progress;
    import_fault(import, task->where, "the progress \"%.40s\" is no number from 0 to 100", text);
    return 0;
}

/* Whoever has progress 100 and another state said two things; the state counts. */
static void set_state(const struct table *table, struct import_task *task, const char *const *values) {
    struct import *import = table->import;
    bool is_closed = values[CLOSED] && strcasecmp(values[CLOSED], "closed") == 0;
    if (values[PROGRESS])
        task->progress = read_progress(import, task, values[PROGRESS]);
    if (is_closed)
        task->status = "done";
    else if (values[STATE])
        import_set_state(import, task, values[STATE]);
    else if (task->progress > 0)
        task->status = task->progress == 100 ? "done" : "doing";
    if (task->progress == 100 && strcmp(task->status, "done") != 0) {
        import_note(import, task->where, "100 percent and not done: it is taken as done");
        task->status = "done";
    }
}

struct titled {
    struct import_task *task;
};

static int compare_titles(const void *one, const void *other) {
    const struct import_task *left = ((const struct titled *)one)->task;
    const struct import_task *right = ((const struct titled *)other)->task;
    int order = strcmp(left->title, right->title);
    return order ? order : left < right ? -1 : 1;
}

/* Each by its title, and by which of that title it is. */
static void set_keys(struct import *import) {
    struct arena *arena = import->arena;
    struct titled *sorted = arena_take_array(arena, import->count + 1, sizeof(*sorted));
    for (size_t i = 0; i < import->count; i++)
        sorted[i].task = &import->tasks[i];
    qsort(sorted, import->count, sizeof(*sorted), compare_titles);
    size_t before = 0;
    for (size_t i = 0; i < import->count; i++) {
        struct import_task *task = sorted[i].task;
        before = i && strcmp(task->title, sorted[i - 1].task->title) == 0 ? before + 1 : 0;
        task->key = before ? arena_print(arena, "title:%s#%zu", task->title, before + 1)
                           : arena_print(arena, "title:%s", task->title);
    }
}

static void read_task(const struct table *table, const struct csv_record *record) {
    struct import *import = table->import;
    struct import_task *task = import_add(import, arena_print(import->arena, "line %u", record->line));
    if (!task)
        return;
    if (record->count != table->width)
        import_fault(import, task->where, "it has %zu fields, the head line has %zu", record->count,
                     table->width);
    /* NULL: an empty field, or no such column. */
    const char *values[COLUMN_COUNT] = {0};
    for (size_t i = 0; i < record->count && i < table->width; i++) {
        const char *text = import_text(import, task->where, record->fields[i]);
        if (table->columns[i] == LABEL && strcmp(text, "Default swimlane") != 0)
            import_add_label(import, task, text);
        values[table->columns[i]] = *text ? text : NULL;
    }
    task->title = values[TITLE] ? values[TITLE] : "";
    task->key = values[KEY];
    task->description = values[DESCRIPTION];
    set_state(table, task, values);
    if (table->is_kanboard)
        task->priority =
            import_priority_of_kanboard(values[PRIORITY] ? strtol(values[PRIORITY], NULL, 10) : 0);
    else
        import_set_priority(import, task, values[PRIORITY]);
    task->creator = person_of(values[CREATOR], values[CREATOR_NAME]);
    import_add_assignee(import, task, person_of(values[ASSIGNEE], values[ASSIGNEE_NAME]));
    task->due_on = import_day(import, task->where, values[DUE]);
    task->created_at = import_time(import, task->where, values[CREATED]);
    task->updated_at = import_time(import, task->where, values[ENDED] ? values[ENDED] : values[UPDATED]);
    if (values[LABELS])
        add_labels(import, task, arena_copy(import->arena, values[LABELS]));
}

static void read_table(struct import *import, struct span bytes, bool is_kanboard) {
    struct table table = {.import = import, .is_kanboard = is_kanboard};
    struct csv csv = csv_of(import->arena, bytes.text, bytes.size);
    struct csv_record *record = arena_take(import->arena, sizeof(*record));
    enum csv_result result = csv_next(&csv, record);
    if (result == CSV_RECORD && !read_head(&table, record))
        return;
    while (result == CSV_RECORD && (result = csv_next(&csv, record)) == CSV_RECORD)
        read_task(&table, record);
    if (result == CSV_FAULT)
        import_fault(import, arena_print(import->arena, "line %u", csv.line), "%s", csv.fault);
    if (!table.has_key)
        set_keys(import);
}

void import_csv(struct import *import, struct span bytes) {
    read_table(import, bytes, false);
}

void import_kanboard_csv(struct import *import, struct span bytes) {
    read_table(import, bytes, true);
}
