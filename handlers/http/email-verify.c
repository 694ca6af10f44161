/* Verifies the address that a code was mailed to: POST /api/email/verify. Whoever is signed in there, if
 * anybody, has no part in it. */
#include "domain/account.h"
#include "http/browser.h"
#include "http/page_account.h"

enum { TOKEN };

static const struct field fields[] = {
    [TOKEN] = {.name = "token", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = 200},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
    {"account_token", MAY_READ | MAY_UPDATE},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
};

static void show_faults(struct request *request) {
    respond_account_faults(request, &ACCOUNT_VERIFY);
}

static void run(struct request *request) {
    const struct account_token token = {request_value(request, TOKEN)->text, browser_address(request)};
    int64_t retry_after_s = 0;
    switch (account_verify(request->db, request->arena, &token, &retry_after_s)) {
    case OUTCOME_OK:
        respond_account_said(request, 204, WORDS_PAGE_VERIFY_DONE, WORDS_PAGE_VERIFY_DONE_TEXT, "/api/tasks",
                             WORDS_PAGE_VERIFY_CONTINUE);
        break;
    case OUTCOME_INVALID:
        request_fault(request, "token", "token", WORDS_FAULT_TOKEN);
        show_faults(request);
        break;
    case OUTCOME_EXISTS:
        respond_problem(request, 409, WORDS_PROBLEM_EMAIL_TAKEN_MEANWHILE);
        break;
    case OUTCOME_THROTTLED:
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED);
        break;
    case OUTCOME_BUSY:
        respond_outcome(request, OUTCOME_BUSY);
        break;
    case OUTCOME_NOT_FOUND:
    case OUTCOME_FORBIDDEN:
    case OUTCOME_CONFLICT:
    case OUTCOME_FAILED:
        respond_outcome(request, OUTCOME_FAILED);
    }
}

const struct function FUNCTION = {
    .name = "email-verify",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
    .show_faults = show_faults,
};
