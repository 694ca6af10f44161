/* Changes one's own name, language and wishes of mails: PATCH or POST /api/users/me. */
#include "domain/account.h"
#include "http/bearer.h"
#include "http/page_account.h"
#include "http/page_profile.h"
#include "http/password_input.h"
#include "http/present.h"

static const char *const languages[] = {"en", "ko", NULL};

static const struct field fields[] = {
    [PROFILE_NAME] = {.name = "name", .type = FIELD_TEXT, .least = 1, .most = USER_MOST_NAME},
    [PROFILE_LANGUAGE] = {.name = "language", .type = FIELD_CHOICE, .choices = languages},
    [PROFILE_MAIL_HOW] = {.name = "mail_how", .type = FIELD_CHOICE, .choices = MAIL_HOWS},
    [PROFILE_MAIL_LEVEL] = {.name = "mail_level", .type = FIELD_CHOICE, .choices = MAIL_LEVELS},
    [PROFILE_MAIL_OWN] = {.name = "mail_own", .type = FIELD_FLAG, .most = 1},
    [PROFILE_MAIL_HOUR] = {.name = "mail_hour", .type = FIELD_INTEGER, .most = 23},
    [PROFILE_TIME_ZONE] = {.name = "time_zone", .type = FIELD_ZONE},
    /* It counts once it is verified, and is asked for with the password, and a code of who has a factor. */
    [PROFILE_EMAIL] = {.name = "email", .type = FIELD_EMAIL},
    [PROFILE_CURRENT_PASSWORD] = {.name = "current_password", .type = FIELD_SECRET, .least = 1, .most = 1024},
    [PROFILE_CODE] = {.name = "code", .type = FIELD_TEXT, .may_be_empty = true, .least = 1, .most = 64},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
    {"user.password_hash", MAY_READ},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
    {"account_token", MAY_READ},
    {"factor", MAY_READ | MAY_UPDATE},
    {"recovery_code", MAY_READ | MAY_DELETE},
};

/* The form again, with what was typed. */
static void show_faults(struct request *request) {
    if (request_value(request, PROFILE_EMAIL)->is_given) {
        respond_account_faults(request, &ACCOUNT_EMAIL);
        return;
    }
    struct profile_form form;
    if (!profile_form_ask(request, &form))
        return;
    form.faults = request->faults;
    for (size_t i = 0; i < PROFILE_FIELD_COUNT; i++)
        if (request_value(request, i)->typed)
            form.values[i] = request_value(request, i)->typed;
    page_profile(respond_page(request, 422), request->user, &form);
}

/* False where the address cannot be asked for, which is answered. */
static bool may_ask_address(struct request *request) {
    if (!may(&request->actor, VERB_ACCOUNT_SECURE, NULL)) {
        bearer_refuse(request);
        return false;
    }
    return password_input_confirm_twice(request, "current_password",
                                        request_value(request, PROFILE_CURRENT_PASSWORD)->text,
                                        request_value(request, PROFILE_CODE)->text);
}

static void run(struct request *request) {
    enum language language = request->language;
    const struct field_value *chosen = request_value(request, PROFILE_LANGUAGE);
    const struct field_value *own = request_value(request, PROFILE_MAIL_OWN);
    const struct field_value *hour = request_value(request, PROFILE_MAIL_HOUR);
    const bool is_own = own->integer != 0;
    const struct user_changes changes = {
        .name = request_value(request, PROFILE_NAME)->text,
        .language = chosen->is_given && language_from_code(chosen->text, &language) ? &language : NULL,
        .mail_how = request_value(request, PROFILE_MAIL_HOW)->text,
        .mail_level = request_value(request, PROFILE_MAIL_LEVEL)->text,
        .mail_own = own->is_given ? &is_own : NULL,
        .mail_hour = hour->is_given ? &hour->integer : NULL,
        .time_zone = request_value(request, PROFILE_TIME_ZONE)->text,
    };
    const char *email = request_value(request, PROFILE_EMAIL)->text;
    if (email && !may_ask_address(request))
        return;
    struct user user = {0};
    int64_t retry_after_s = 0;
    enum outcome outcome = user_update(request->db, request->arena, request->user->id, &changes, &user);
    if (outcome == OUTCOME_OK && email)
        outcome =
            account_ask_address(request->db, request->arena, request->user, email, &user, &retry_after_s);
    if (outcome == OUTCOME_THROTTLED)
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED_MAILS);
    else if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        respond_see_other(request, "/api/users/me?saved=1");
    else
        respond_user(request, 200, &user);
}

const struct function FUNCTION = {
    .name = "profile-update",
    .access = ACCESS_MEMBER,
    .verb = VERB_PROFILE_UPDATE,
    .needs_keys = true,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .prepare = page_profile_prepare,
    .run = run,
    .show_faults = show_faults,
};
