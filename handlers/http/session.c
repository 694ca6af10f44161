/* Says who is signed in, or that nobody is: GET /api/session. */
#include "http/present.h"

static void run(struct request *request) {
    respond_user(request, 200, request->user);
}

const struct function FUNCTION = {
    .name = "session",
    .access = ACCESS_OPTIONAL,
    .is_for_enrolment = true,
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
