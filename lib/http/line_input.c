#include "http/line_input.h"

#include "base/clock.h"
#include "domain/quick_add.h"

#include <string.h>

/* What to say of each fault. */
static const struct {
    const char *code;
    enum words_key message;
} faults[] = {
    [QUICK_ADD_NO_TITLE] = {"required", WORDS_FAULT_LINE_NO_TITLE},
    [QUICK_ADD_LONG_TITLE] = {"too_long", WORDS_FAULT_LINE_LONG_TITLE},
    [QUICK_ADD_NOBODY] = {"person", WORDS_FAULT_LINE_NOBODY},
    [QUICK_ADD_SEVERAL] = {"ambiguous", WORDS_FAULT_LINE_SEVERAL},
    [QUICK_ADD_PRIORITY] = {"priority", WORDS_FAULT_LINE_PRIORITY},
    [QUICK_ADD_DAY] = {"date", WORDS_FAULT_LINE_DAY},
    [QUICK_ADD_TWICE] = {"repeated", WORDS_FAULT_LINE_TWICE},
    [QUICK_ADD_LABEL] = {"label", WORDS_FAULT_LINE_LABEL},
    [QUICK_ADD_LABELS] = {"too_many", WORDS_FAULT_LINE_LABELS},
};

static void note_fault(struct request *request, const struct quick_add *added) {
    struct arena *arena = request->arena;
    const char *message = words_print(arena, request->language, faults[added->fault].message,
                                      {"word", added->word ? added->word : ""},
                                      {"candidates", added->candidates ? added->candidates : ""},
                                      {"title", arena_print(arena, "%d", TASK_MOST_TITLE)},
                                      {"label", arena_print(arena, "%d", TASK_MOST_LABEL)},
                                      {"labels", arena_print(arena, "%d", TASK_MOST_LABELS)});
    request_fault_text(request, "line", faults[added->fault].code, message);
}

static bool add_labels(struct arena *arena, const struct field_value *given, const struct quick_add *added,
                       struct task_values *values) {
    size_t count = given->count + added->label_count;
    if (!added->label_count)
        return true;
    const char **all = arena_take_array(arena, count, sizeof(*all));
    for (size_t i = 0; i < count; i++)
        all[i] = i < given->count ? given->texts[i] : added->labels[i - given->count];
    values->labels = task_labels(arena, all, count);
    values->fields |= TASK_LABELS;
    return count <= TASK_MOST_LABELS;
}

enum outcome line_input_read(struct request *request, const char *line, const struct field_value *labels,
                             struct task_values *values) {
    struct clock_local here = clock_local(request->user->mail.time_zone, clock_now());
    struct quick_add_scene scene = {.me = request->user->id, .today = here.day};
    struct user *people = NULL;
    if (strchr(line, '@')) {
        enum outcome outcome = user_list(request->db, request->arena, &people, &scene.people_count);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    scene.people = people;
    struct quick_add added = quick_add_read(request->arena, line, &scene);
    if (added.fault == QUICK_ADD_GOOD && !add_labels(request->arena, labels, &added, values))
        added.fault = QUICK_ADD_LABELS;
    if (added.fault != QUICK_ADD_GOOD) {
        note_fault(request, &added);
        return OUTCOME_INVALID;
    }
    values->fields |= added.values.fields;
    values->title = added.values.title;
    if (added.values.fields & TASK_ASSIGNEE)
        values->assignee_id = added.values.assignee_id;
    if (added.values.fields & TASK_PRIORITY)
        values->priority = added.values.priority;
    if (added.values.fields & TASK_DUE)
        values->due_on = added.values.due_on;
    return OUTCOME_OK;
}
