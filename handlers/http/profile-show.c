/* Shows oneself with one's wishes: GET /api/users/me. */
#include "http/present.h"

static void run(struct request *request) {
    respond_user(request, 200, request->user);
}

const struct function FUNCTION = {
    .name = "profile-show",
    .access = ACCESS_MEMBER,
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
