/*
 * Signs out one of one's browsers, or all but this one: DELETE /api/sessions/{id}, DELETE /api/sessions; POST
 * /api/sessions/{id}/end and POST /api/sessions/end for forms.
 */
#include "http/request.h"

static const struct grant grants[] = {
    {"session", MAY_READ | MAY_DELETE},
};

static void run(struct request *request) {
    int64_t id = request->path_id;
    enum outcome outcome =
        id ? session_end(request->db, request->user->id, id)
           : session_end_others(request->db, request->user->id, request_session_id(request));
    bool is_own = id && id == request_session_id(request);
    if (outcome == OUTCOME_NOT_FOUND)
        respond_problem(request, 404, WORDS_PROBLEM_NO_SESSION);
    else if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else
        respond_done(request, is_own ? "/" : "/api/users/me#sessions");
    if (outcome == OUTCOME_OK && is_own)
        respond_session_end(request);
}

const struct function FUNCTION = {
    .name = "session-end",
    .access = ACCESS_MEMBER,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
