#include "http/task_input.h"

#include <assert.h>

struct task_values task_input_values(struct request *request) {
    static const unsigned bits[TASK_INPUT_COUNT] = {
        [IN_TITLE] = TASK_TITLE,       [IN_DESCRIPTION] = TASK_DESCRIPTION, [IN_STATUS] = TASK_STATUS,
        [IN_PROGRESS] = TASK_PROGRESS, [IN_PRIORITY] = TASK_PRIORITY,       [IN_ASSIGNEE] = TASK_ASSIGNEE,
        [IN_DUE] = TASK_DUE,           [IN_LABELS] = TASK_LABELS,
    };
    const struct field_value *given = request->values;
    struct task_values values = {
        .title = given[IN_TITLE].text,
        .description = given[IN_DESCRIPTION].text,
        .status = given[IN_STATUS].text,
        .progress = given[IN_PROGRESS].integer,
        .priority = given[IN_PRIORITY].text,
        .assignee_id = given[IN_ASSIGNEE].integer,
        .due_on = given[IN_DUE].text,
    };
    for (size_t i = 0; i < TASK_INPUT_COUNT; i++)
        values.fields |= given[i].is_given ? bits[i] : 0;
    if (given[IN_LABELS].is_given)
        values.labels = task_labels(request->arena, given[IN_LABELS].texts, given[IN_LABELS].count);
    return values;
}

void respond_task_fault(struct request *request, unsigned field) {
    switch (field) {
    case TASK_ASSIGNEE:
        request_fault(request, "assignee_id", "person", WORDS_FAULT_PERSON);
        break;
    case TASK_STATUS:
        request_fault(request, "status", "disagrees", WORDS_FAULT_STATUS);
        break;
    case TASK_PROGRESS:
        request_fault(request, "progress", "disagrees", WORDS_FAULT_PROGRESS);
        break;
    default:
        assert(!field);
        request_fault(request, "version", "unknown", WORDS_FAULT_VERSION);
        break;
    }
    respond_faults(request);
}
