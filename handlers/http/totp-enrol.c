/* Begins with an authenticator app, and answers the secret to give to it: POST /api/totp. */
#include "http/password_input.h"
#include "http/present_factor.h"

enum { PASSWORD };

static const struct field fields[] = {
    [PASSWORD] = {.name = "password", .type = FIELD_SECRET, .is_required = true, .least = 1, .most = 1024},
};

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"user.password_hash", MAY_READ},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
    {"factor", MAY_READ | MAY_INSERT | MAY_UPDATE},
    {"recovery_code", MAY_READ},
};

static void run(struct request *request) {
    if (!password_input_confirm(request, "password", request_value(request, PASSWORD)->text))
        return;
    enum outcome outcome = factor_begin(request->db, request->arena, request->user->id);
    if (outcome == OUTCOME_EXISTS)
        respond_problem(request, 409, WORDS_PROBLEM_FACTOR_ON);
    else if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        respond_see_other(request, "/api/totp");
    else
        respond_factor(request, 201);
}

/* As in login: a hash takes 19 MiB. */
const struct function FUNCTION = {
    .name = "totp-enrol",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    .needs_keys = true,
    .is_for_enrolment = true,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .run = run,
    .show_faults = respond_factor_faults,
};
