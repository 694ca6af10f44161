/* Lets somebody who forgot her password have a mail: POST /api/password/forgot. The answer is the same
 * whether an account has the address or not, and so is the work that it takes. */
#include "domain/account.h"
#include "http/browser.h"
#include "http/page_account.h"

enum { EMAIL };

static const struct field fields[] = {
    [EMAIL] = {.name = "email", .type = FIELD_EMAIL, .is_required = true},
};

static const struct grant grants[] = {
    {"account_outbox", MAY_READ | MAY_INSERT},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
};

static void show_faults(struct request *request) {
    respond_account_faults(request, &ACCOUNT_FORGOT);
}

static void run(struct request *request) {
    int64_t retry_after_s = 0;
    enum outcome outcome = account_ask_reset(request->db, request->arena, request_value(request, EMAIL)->text,
                                             browser_address(request), &retry_after_s);
    if (outcome == OUTCOME_OK)
        respond_account_said(request, 202, WORDS_PAGE_FORGOT_SENT, WORDS_PAGE_FORGOT_SENT_TEXT, "/",
                             WORDS_PAGE_ACCOUNT_SIGN_IN);
    else if (outcome == OUTCOME_THROTTLED)
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED_MAILS);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "password-forgot",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
    .show_faults = show_faults,
};
