/* One's own saved views of the list: GET /api/views. A plain browser has them on the page of tasks. */
#include "http/present.h"

static const struct grant grants[] = {
    {"saved_view", MAY_READ},
};

static void run(struct request *request) {
    if (request->is_html) {
        respond_see_other(request, "/api/tasks");
        return;
    }
    struct saved_view *views = NULL;
    size_t count = 0;
    enum outcome outcome = saved_view_list(request->db, request->arena, request->user->id, &views, &count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "views");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        present_saved_view(json, &views[i]);
    json_close_array(json);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "view-list",
    .access = ACCESS_MEMBER,
    .verb = VERB_PROFILE_READ,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
