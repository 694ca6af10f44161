/* Changes one's own name, language and wishes of mails: PATCH or POST /api/users/me. */
#include "http/present.h"

enum { NAME, LANGUAGE, MAIL_HOW, MAIL_LEVEL, MAIL_OWN, MAIL_HOUR, TIME_ZONE };

static const char *const languages[] = {"en", "ko", NULL};

static const struct field fields[] = {
    [NAME] = {.name = "name", .type = FIELD_TEXT, .least = 1, .most = USER_MOST_NAME},
    [LANGUAGE] = {.name = "language", .type = FIELD_CHOICE, .choices = languages},
    [MAIL_HOW] = {.name = "mail_how", .type = FIELD_CHOICE, .choices = MAIL_HOWS},
    [MAIL_LEVEL] = {.name = "mail_level", .type = FIELD_CHOICE, .choices = MAIL_LEVELS},
    [MAIL_OWN] = {.name = "mail_own", .type = FIELD_FLAG, .most = 1},
    [MAIL_HOUR] = {.name = "mail_hour", .type = FIELD_INTEGER, .most = 23},
    [TIME_ZONE] = {.name = "time_zone", .type = FIELD_ZONE},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
};

static void run(struct request *request) {
    enum language language = request->language;
    const struct field_value *chosen = request_value(request, LANGUAGE);
    const struct field_value *own = request_value(request, MAIL_OWN);
    const struct field_value *hour = request_value(request, MAIL_HOUR);
    const bool is_own = own->integer != 0;
    const struct user_changes changes = {
        .name = request_value(request, NAME)->text,
        .language = chosen->is_given && language_from_code(chosen->text, &language) ? &language : NULL,
        .mail_how = request_value(request, MAIL_HOW)->text,
        .mail_level = request_value(request, MAIL_LEVEL)->text,
        .mail_own = own->is_given ? &is_own : NULL,
        .mail_hour = hour->is_given ? &hour->integer : NULL,
        .time_zone = request_value(request, TIME_ZONE)->text,
    };
    struct user user = {0};
    enum outcome outcome = user_update(request->db, request->arena, request->user->id, &changes, &user);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        respond_see_other(request, "/api/tasks");
    else
        respond_user(request, 200, &user);
}

const struct function FUNCTION = {
    .name = "profile-update",
    .access = ACCESS_MEMBER,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
