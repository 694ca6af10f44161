/* Changes one's own name and language: PATCH or POST /api/users/me. */
#include "http/present.h"

enum { NAME, LANGUAGE };

static const char *const languages[] = {"en", "ko", NULL};

static const struct field fields[] = {
    [NAME] = {.name = "name", .type = FIELD_TEXT, .least = 1, .most = USER_MOST_NAME},
    [LANGUAGE] = {.name = "language", .type = FIELD_CHOICE, .choices = languages},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
};

static void run(struct request *request) {
    enum language language = request->language;
    const struct field_value *chosen = request_value(request, LANGUAGE);
    const struct user_changes changes = {
        .name = request_value(request, NAME)->text,
        .language = chosen->is_given && language_from_code(chosen->text, &language) ? &language : NULL,
    };
    struct user user = {0};
    enum outcome outcome = user_update(request->db, request->arena, request->user->id, &changes, &user);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    if (request->is_html) {
        respond_see_other(request, "/api/tasks");
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "user");
    present_user(json, &user);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "profile-update",
    .access = ACCESS_MEMBER,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
