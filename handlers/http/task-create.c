/* Makes a task and names who is to do it: POST /api/tasks. */
#include "http/present.h"
#include "http/task_input.h"

static const struct field fields[] = {
    [IN_TITLE] =
        {.name = "title", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = TASK_MOST_TITLE},
    TASK_INPUT_FIELDS,
};

static const struct grant grants[] = {
    {"task", MAY_READ | MAY_INSERT},
    {"user", MAY_READ},
};

static void run(struct request *request) {
    struct task_values values = task_input_values(request);
    unsigned disagreement = task_agree(&values, NULL);
    if (disagreement) {
        respond_task_fault(request, disagreement);
        return;
    }
    struct task task = {0};
    enum outcome outcome = task_create(request->db, request->arena, request->user->id, &values, &task);
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
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2, .requests_a_commit = 16},
    .run = run,
};
