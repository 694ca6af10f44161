/*
 * Takes one's second factor away, given the password and a code of it, or a recovery code: DELETE /api/totp,
 * and POST /api/totp/remove for forms.
 */
#include "http/browser.h"
#include "http/password_input.h"
#include "http/present_factor.h"

enum { PASSWORD, CODE };

static const struct field fields[] = {
    [PASSWORD] = {.name = "password", .type = FIELD_SECRET, .is_required = true, .least = 1, .most = 1024},
    [CODE] = {.name = "code", .type = FIELD_TEXT, .may_be_empty = true, .least = 1, .most = 64},
};

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"user.password_hash", MAY_READ},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
    {"factor", MAY_READ | MAY_UPDATE | MAY_DELETE},
    {"recovery_code", MAY_READ | MAY_DELETE},
    {"session", MAY_READ | MAY_INSERT | MAY_DELETE},
};

static void run(struct request *request) {
    if (!password_input_confirm_twice(request, "password", request_value(request, PASSWORD)->text,
                                      request_value(request, CODE)->text))
        return;
    const struct session_new new_session = browser_session(request);
    const char *cookie = NULL;
    enum outcome outcome =
        factor_remove(request->db, request->arena, request->user->id, &new_session, &cookie);
    if (outcome == OUTCOME_NOT_FOUND) {
        respond_problem(request, 404, WORDS_PROBLEM_NO_FACTOR);
    } else if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
    } else {
        respond_done(request, "/api/totp");
        respond_session(request, cookie);
    }
}

const struct function FUNCTION = {
    .name = "totp-remove",
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
