/* Makes a task and names who is to do it, also from one line with signs: POST /api/tasks. */
#include "domain/quick_add.h"
#include "http/line_input.h"
#include "http/present.h"
#include "http/task_input.h"

enum { IN_LINE = TASK_INPUT_COUNT };

static const struct field fields[] = {
    [IN_TITLE] = {.name = "title",
                  .type = FIELD_TEXT,
                  .is_required = true,
                  .instead = "line",
                  .least = 1,
                  .most = TASK_MOST_TITLE},
    TASK_INPUT_FIELDS,
    [IN_LINE] = {.name = "line", .type = FIELD_TEXT, .least = 1, .most = QUICK_ADD_MOST},
};

static const struct grant grants[] = {
    {"task", MAY_READ | MAY_INSERT},
    {"user", MAY_READ},
};

static void run(struct request *request) {
    struct task_values values = task_input_values(request);
    const struct field_value *line = request_value(request, IN_LINE);
    enum outcome outcome = OUTCOME_OK;
    if (line->is_given)
        outcome = line_input_read(request, line->text, request_value(request, IN_LABELS), &values);
    if (outcome != OUTCOME_OK) {
        if (outcome == OUTCOME_INVALID)
            respond_faults(request);
        else
            respond_outcome(request, outcome);
        return;
    }
    unsigned disagreement = task_agree(&values, NULL);
    if (disagreement) {
        respond_task_fault(request, disagreement);
        return;
    }
    struct task task = {0};
    outcome = task_create(request->db, request->arena, request->user->id, &values, &task);
    if (outcome == OUTCOME_INVALID)
        respond_task_fault(request, TASK_ASSIGNEE);
    else if (outcome == OUTCOME_OK)
        respond_task(request, 201, &task);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "task-create",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_CREATE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2, .requests_a_commit = 16},
    .run = run,
};
