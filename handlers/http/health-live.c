/* Says that the server answers, whatever becomes of its data: GET /api/health/live. */
#include "http/request.h"

static void run(struct request *request) {
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_add_text(json, "status", "ok");
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "health-live",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
