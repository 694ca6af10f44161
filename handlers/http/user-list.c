/* Lists everyone who can be named in a task, and to an administrator what she needs to look after them:
 * GET /api/users. */
#include "domain/event.h"
#include "http/page_people.h"
#include "http/present.h"

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"event", MAY_READ},
};

static void write_json(struct request *request, const struct people_view *view) {
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "users");
    json_open_array(json);
    for (size_t i = 0; i < view->count; i++) {
        const struct user *user = &view->people[i];
        if (view->may_update)
            present_account(json, user);
        else if (!user->is_disabled)
            present_person(json, &(struct person){user->id, user->name});
    }
    json_close_array(json);
    json_close_object(json);
}

static void run(struct request *request) {
    int64_t position = 0;
    struct user *users = NULL;
    struct people_view view = {
        .viewer = request->user,
        .may_update = may(&request->actor, VERB_PERSON_UPDATE, NULL),
    };
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK && respond_known(request, position))
        return;
    if (outcome == OUTCOME_OK)
        outcome = user_list(request->db, request->arena, &users, &view.count);
    view.people = users;
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        page_people(respond_page(request, 200), &view);
    else
        write_json(request, &view);
}

const struct function FUNCTION = {
    .name = "user-list",
    .access = ACCESS_MEMBER,
    .verb = VERB_PEOPLE_READ,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
