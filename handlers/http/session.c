/* Says who is signed in, or that nobody is: GET /api/session. */
#include "http/present.h"

static void run(struct request *request) {
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "user");
    if (request->user)
        present_user(json, request->user);
    else
        json_null(json);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "session",
    .access = ACCESS_OPTIONAL,
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
