/* Lists everyone who can be named in a task: GET /api/users. */
#include "domain/event.h"
#include "http/present.h"

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"event", MAY_READ},
};

static void run(struct request *request) {
    int64_t position = 0;
    struct user *users = NULL;
    size_t count = 0;
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK && respond_known(request, position))
        return;
    if (outcome == OUTCOME_OK)
        outcome = user_list(request->db, request->arena, &users, &count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "users");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        present_person(json, &(struct person){users[i].id, users[i].name});
    json_close_array(json);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "user-list",
    .access = ACCESS_MEMBER,
    .verb = VERB_PEOPLE_READ,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
