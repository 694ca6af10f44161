/* Forgets a saved view of one's own: DELETE /api/views/{id}, POST /api/views/{id}/delete. */
#include "domain/saved_view.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"saved_view", MAY_READ | MAY_DELETE},
};

static void run(struct request *request) {
    enum outcome outcome = saved_view_delete(request->db, &request->actor, request->path_id);
    if (outcome == OUTCOME_OK)
        respond_done(request, "/api/tasks");
    else if (outcome == OUTCOME_NOT_FOUND)
        respond_problem(request, 404, WORDS_PROBLEM_NO_VIEW);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "view-delete",
    .access = ACCESS_MEMBER,
    .verb = VERB_PROFILE_UPDATE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
