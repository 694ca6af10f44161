/* Sets a new password for whoever holds the code from a mail, and signs out all her browsers: POST
 * /api/password/reset. It signs nobody in, so that a second factor is still asked for (ASVS 6.4.3). */
#include "domain/account.h"
#include "domain/password.h"
#include "http/browser.h"
#include "http/page_account.h"
#include "http/password_input.h"

enum { TOKEN, NEW };

static const struct field fields[] = {
    [TOKEN] = {.name = "token", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = 200},
    [NEW] = {.name = "new_password",
             .type = FIELD_NEW_SECRET,
             .is_required = true,
             .least = PASSWORD_LEAST,
             .most = PASSWORD_MOST},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
    {"user.password_hash", MAY_READ | MAY_UPDATE},
    {"session", MAY_READ | MAY_DELETE},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
    {"account_token", MAY_READ | MAY_UPDATE},
};

static void show_faults(struct request *request) {
    respond_account_faults(request, &ACCOUNT_RESET);
}

static void run(struct request *request) {
    const struct account_token token = {request_value(request, TOKEN)->text, browser_address(request)};
    const char *password = request_value(request, NEW)->text;
    int64_t retry_after_s = 0;
    struct user user = {0};
    enum outcome outcome = account_find_reset(request->db, request->arena, &token, &user, &retry_after_s);
    if (outcome == OUTCOME_OK &&
        !password_input_check(request, "new_password", password, user.email, user.name)) {
        show_faults(request);
        return;
    }
    if (outcome == OUTCOME_OK)
        outcome = account_reset(request->db, request->arena, token.text, &user, password);
    if (outcome == OUTCOME_INVALID) {
        request_fault(request, "token", "token", WORDS_FAULT_TOKEN);
        show_faults(request);
    } else if (outcome == OUTCOME_THROTTLED) {
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED);
    } else if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
    } else {
        respond_account_said(request, 204, WORDS_PAGE_RESET_DONE, WORDS_PAGE_RESET_DONE_TEXT, "/",
                             WORDS_PAGE_ACCOUNT_SIGN_IN);
    }
}

const struct function FUNCTION = {
    .name = "password-reset",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .run = run,
    .show_faults = show_faults,
};
