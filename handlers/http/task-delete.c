/* Puts a task into the bin: DELETE /api/tasks/{id}, POST /api/tasks/{id}/delete. */
#include "domain/task.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"task", MAY_READ | MAY_UPDATE},
    {"user", MAY_READ},
};

static void run(struct request *request) {
    enum outcome outcome = task_delete(request->db, request->arena, &request->actor, request->path_id);
    if (outcome == OUTCOME_OK)
        respond_done(request, "/api/tasks");
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "task-delete",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_DELETE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
