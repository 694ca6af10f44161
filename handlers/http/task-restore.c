/* Takes a task out of the bin: POST /api/tasks/{id}/restore. */
#include "http/present.h"

static const struct grant grants[] = {
    {"task", MAY_READ | MAY_UPDATE},
    {"user", MAY_READ},
};

static void run(struct request *request) {
    struct task task = {0};
    enum outcome outcome =
        task_restore(request->db, request->arena, &request->actor, request->path_id, &task);
    if (outcome == OUTCOME_OK)
        respond_task(request, 200, &task);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "task-restore",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_RESTORE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
