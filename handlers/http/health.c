/* Says that the server answers and reaches its data: GET /api/health. */
#include "domain/event.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"event", MAY_READ},
};

static void run(struct request *request) {
    int64_t position = 0;
    enum outcome outcome = event_position(request->db, &position);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_add_text(json, "status", "ok");
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "health",
    .access = ACCESS_ANYONE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
