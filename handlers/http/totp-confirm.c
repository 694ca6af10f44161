/* Takes the first code of an authenticator app, which is asked for from now on: POST /api/totp/confirm. */
#include "http/browser.h"
#include "http/page_factor.h"
#include "http/present_factor.h"

enum { CODE };

static const struct field fields[] = {
    [CODE] = {.name = "code", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = 64},
};

static const struct grant grants[] = {
    {"factor", MAY_READ | MAY_UPDATE},
    {"recovery_code", MAY_READ | MAY_INSERT},
    {"session", MAY_READ | MAY_INSERT | MAY_DELETE},
};

static void run(struct request *request) {
    const struct session_new new_session = browser_session(request);
    struct factor_confirmed confirmed;
    struct factor_key key;
    enum outcome outcome = browser_factor_key(request, &key);
    if (outcome == OUTCOME_OK)
        outcome = factor_confirm(request->db, request->arena, &key, request->user->id,
                                 request_value(request, CODE)->text, &new_session, &confirmed);
    if (outcome == OUTCOME_FORBIDDEN) {
        request_fault(request, "code", "wrong", WORDS_FAULT_CODE);
        respond_factor_faults(request);
    } else if (outcome == OUTCOME_NOT_FOUND) {
        respond_problem(request, 409, WORDS_PROBLEM_FACTOR_NOT_BEGUN);
    } else if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
    } else {
        respond_recovery_codes(request, &confirmed);
        respond_session(request, confirmed.cookie);
    }
}

const struct function FUNCTION = {
    .name = "totp-confirm",
    .access = ACCESS_MEMBER,
    .needs_keys = true,
    .is_for_enrolment = true,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
    .show_faults = respond_factor_faults,
};
