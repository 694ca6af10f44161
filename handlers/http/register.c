/* Makes an account for whoever asks or is invited, and signs in: POST /api/register. */
#include "base/clock.h"
#include "domain/invitation.h"
#include "domain/password.h"
#include "domain/throttle.h"
#include "http/browser.h"
#include "http/password_input.h"
#include "http/present.h"

enum { EMAIL, NAME, PASSWORD, TIME_ZONE, INVITE };

static const struct field fields[] = {
    [EMAIL] = {.name = "email", .type = FIELD_EMAIL, .is_required = true},
    [NAME] = {.name = "name", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = USER_MOST_NAME},
    [PASSWORD] = {.name = "password",
                  .type = FIELD_NEW_SECRET,
                  .is_required = true,
                  .least = PASSWORD_LEAST,
                  .most = PASSWORD_MOST},
    [TIME_ZONE] = {.name = "time_zone", .type = FIELD_TEXT, .may_be_empty = true},
    [INVITE] = {.name = "invite", .type = FIELD_TEXT, .may_be_empty = true, .most = 1024},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_INSERT},
    {"session", MAY_READ | MAY_INSERT | MAY_DELETE},
    {"invitation", MAY_READ | MAY_DELETE},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
};

/* That an address has an account already is counted: nobody asks for those of a whole list. */
static enum outcome create(struct request *request, const struct user_new *new_user, struct user *user,
                           int64_t *retry_after_s) {
    struct arena *arena = request->arena;
    const char *guess = arena_print(arena, "register %s", user_email_key(arena, new_user->email));
    const struct throttle throttle = throttle_of_guess(arena, guess, browser_address(request));
    enum outcome outcome = throttle_check(request->db, &throttle, retry_after_s);
    if (outcome == OUTCOME_OK)
        outcome = user_create(request->db, arena, new_user, user);
    if (outcome != OUTCOME_EXISTS)
        return outcome;
    outcome = throttle_fail(request->db, &throttle, 0);
    return outcome == OUTCOME_OK ? OUTCOME_EXISTS : outcome;
}

static void run(struct request *request) {
    enum registration registration = request->config->registration;
    const struct field_value *invite = request_value(request, INVITE);
    bool is_invited = invite->is_given && !invite->is_empty;
    if (registration == REGISTRATION_CLOSED) {
        respond_refused(request, 403, WORDS_PROBLEM_REGISTRATION_CLOSED, "registration is closed");
        return;
    }
    if (registration == REGISTRATION_INVITE && !is_invited) {
        respond_refused(request, 403, WORDS_PROBLEM_INVITED_ONLY, "no invitation");
        return;
    }
    /* The browser said it, not the person: a zone that is newer than this server's list is no fault of hers.
     */
    const char *zone = request_value(request, TIME_ZONE)->text;
    const struct user_new new_user = {
        .email = request_value(request, EMAIL)->text,
        .name = request_value(request, NAME)->text,
        .password = request_value(request, PASSWORD)->text,
        .language = request->language,
        .time_zone = zone && clock_is_zone(zone) ? zone : NULL,
        .invitation = is_invited ? invitation_token(invite->text) : NULL,
    };
    if (!password_input_check(request, "password", new_user.password, new_user.email, new_user.name)) {
        respond_faults(request);
        return;
    }
    struct user user = {0};
    const struct session_new new_session = browser_session(request);
    const char *cookie = NULL;
    int64_t retry_after_s = 0;
    enum outcome outcome = create(request, &new_user, &user, &retry_after_s);
    if (outcome == OUTCOME_THROTTLED) {
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED);
        return;
    }
    if (outcome == OUTCOME_FORBIDDEN) {
        respond_refused(request, 403, WORDS_PROBLEM_INVITATION, "an invitation that is not good");
        return;
    }
    if (outcome == OUTCOME_EXISTS) {
        respond_problem(request, 409, WORDS_PROBLEM_EMAIL_TAKEN);
        return;
    }
    if (outcome == OUTCOME_OK)
        outcome = session_create(request->db, request->arena, user.id, &new_session, &cookie);
    if (outcome == OUTCOME_OK)
        respond_signed_in(request, 201, &user, cookie);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "register",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .run = run,
};
