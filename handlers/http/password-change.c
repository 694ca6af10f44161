/* Changes one's own password, given the present one and of who has a second factor its code, and signs out
 * every other browser: POST /api/password. */
#include "domain/account.h"
#include "domain/password.h"
#include "http/browser.h"
#include "http/page_account.h"
#include "http/password_input.h"
#include "http/present.h"

enum { CURRENT, NEW, CODE };

static const struct field fields[] = {
    [CURRENT] =
        {.name = "current_password", .type = FIELD_SECRET, .is_required = true, .least = 1, .most = 1024},
    [NEW] = {.name = "new_password",
             .type = FIELD_NEW_SECRET,
             .is_required = true,
             .least = PASSWORD_LEAST,
             .most = PASSWORD_MOST},
    [CODE] = {.name = "code", .type = FIELD_TEXT, .may_be_empty = true, .least = 1, .most = 64},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
    {"user.password_hash", MAY_READ | MAY_UPDATE},
    {"session", MAY_READ | MAY_INSERT | MAY_DELETE},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
    {"account_token", MAY_READ | MAY_UPDATE},
    {"factor", MAY_READ | MAY_UPDATE},
    {"recovery_code", MAY_READ | MAY_DELETE},
};

static void show_faults(struct request *request) {
    respond_account_faults(request, &ACCOUNT_PASSWORD);
}

static void run(struct request *request) {
    const struct user *user = request->user;
    const char *password = request_value(request, NEW)->text;
    const char *cookie = NULL;
    /* Before the code, which is used up. */
    if (!password_input_check(request, "new_password", password, user->email, user->name)) {
        show_faults(request);
        return;
    }
    if (!password_input_confirm_twice(request, "current_password", request_value(request, CURRENT)->text,
                                      request_value(request, CODE)->text))
        return;
    const struct session_new new_session = browser_session(request);
    enum outcome outcome = account_change_password(request->db, request->arena, user, password, &new_session,
                                                   request->has_factor, &cookie);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    respond_done(request, "/api/users/me?saved=1");
    respond_session(request, cookie);
}

const struct function FUNCTION = {
    .name = "password-change",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    .needs_keys = true,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .run = run,
    .show_faults = show_faults,
};
