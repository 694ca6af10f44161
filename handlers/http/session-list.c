/* Lists where one is signed in: GET /api/sessions. */
#include "http/present.h"

static void run(struct request *request) {
    if (request->is_html) {
        respond_see_other(request, "/api/users/me#sessions");
        return;
    }
    struct session *sessions = NULL;
    size_t count = 0;
    enum outcome outcome = session_list(request->db, request->arena, request->user->id, &sessions, &count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "sessions");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        present_session(json, &sessions[i], sessions[i].id == request_session_id(request));
    json_close_array(json);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "session-list",
    .access = ACCESS_MEMBER,
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
