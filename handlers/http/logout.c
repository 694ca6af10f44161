/* Ends the session of this browser: POST /api/logout. */
#include "http/request.h"

static const struct grant grants[] = {
    {"session", MAY_READ | MAY_DELETE},
};

static void run(struct request *request) {
    enum outcome outcome = session_end(request->db, request->user->id, request_session_id(request));
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    respond_done(request, "/");
    respond_session_end(request);
}

const struct function FUNCTION = {
    .name = "logout",
    .access = ACCESS_MEMBER,
    .is_for_enrolment = true,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
