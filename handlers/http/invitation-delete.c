/* Takes an invitation back: DELETE /api/invitations/{id}, POST /api/invitations/{id}/delete. */
#include "domain/invitation.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"invitation", MAY_READ | MAY_DELETE},
};

static void run(struct request *request) {
    enum outcome outcome = invitation_delete(request->db, &request->actor, request->path_id);
    if (outcome == OUTCOME_OK)
        respond_done(request, "/api/invitations");
    else if (outcome == OUTCOME_NOT_FOUND)
        respond_problem(request, 404, WORDS_PROBLEM_NO_INVITATION);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "invitation-delete",
    .access = ACCESS_MEMBER,
    .verb = VERB_INVITATION,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
