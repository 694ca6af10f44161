/* Gives somebody rights or takes them, lets in or shuts out: PATCH, POST /api/users/{id}. */
#include "domain/user_admin.h"
#include "http/present.h"

enum { ROLE, DISABLED };
enum { MEMBER, ADMIN };

static const char *const roles[] = {[MEMBER] = "member", [ADMIN] = "admin", NULL};

static const struct field fields[] = {
    [ROLE] = {.name = "role", .type = FIELD_CHOICE, .choices = roles},
    [DISABLED] = {.name = "disabled", .type = FIELD_FLAG, .most = 1},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
};

static void run(struct request *request) {
    const struct field_value *role = request_value(request, ROLE);
    const struct field_value *disabled = request_value(request, DISABLED);
    const bool is_admin = role->integer == ADMIN;
    const bool is_disabled = disabled->integer != 0;
    const struct user_rights rights = {
        .is_admin = role->is_given ? &is_admin : NULL,
        .is_disabled = disabled->is_given ? &is_disabled : NULL,
    };
    struct user user = {0};
    enum outcome outcome =
        user_set_rights(request->db, request->arena, &request->actor, request->path_id, &rights, &user);
    if (outcome == OUTCOME_CONFLICT) {
        respond_problem(request, 409, WORDS_PROBLEM_LAST_ADMIN);
    } else if (outcome == OUTCOME_NOT_FOUND) {
        respond_problem(request, 404, WORDS_PROBLEM_NO_PERSON);
    } else if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
    } else if (request->is_html) {
        respond_see_other(request, "/api/users");
    } else {
        struct json_writer *json = respond_json(request, 200);
        json_open_object(json);
        json_key(json, "user");
        present_account(json, &user);
        json_close_object(json);
    }
}

const struct function FUNCTION = {
    .name = "user-update",
    .access = ACCESS_MEMBER,
    .verb = VERB_PERSON_UPDATE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
