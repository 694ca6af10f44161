/* The invitations that can still be used: GET /api/invitations. */
#include "http/page_invitations.h"
#include "http/present.h"

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"invitation", MAY_READ},
};

static void run(struct request *request) {
    struct invitation *invitations = NULL;
    size_t count = 0;
    enum outcome outcome = invitation_list(request->db, request->arena, &invitations, &count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    if (request->is_html) {
        page_invitations(respond_page(request, 200), request->user, invitations, count, NULL);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "invitations");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        present_invitation(json, &invitations[i]);
    json_close_array(json);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "invitation-list",
    .access = ACCESS_MEMBER,
    .verb = VERB_INVITATION,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
