/* Ends an access token of one's own: DELETE /api/tokens/{id}, POST /api/tokens/{id}/delete. */
#include "domain/api_token.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"api_token", MAY_READ | MAY_DELETE},
};

static void run(struct request *request) {
    enum outcome outcome = api_token_delete(request->db, &request->actor, request->path_id);
    if (outcome == OUTCOME_OK)
        respond_done(request, "/api/tokens");
    else if (outcome == OUTCOME_NOT_FOUND)
        respond_refused(request, 404, WORDS_PROBLEM_NO_TOKEN, "no access token of hers");
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "token-delete",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
