/* Ends an account for good, one's own with the password: DELETE /api/users/{id}, POST /api/users/{id}/delete.
 */
#include "domain/user_admin.h"
#include "http/browser.h"

enum { PASSWORD };

static const struct field fields[] = {
    [PASSWORD] = {.name = "password", .type = FIELD_SECRET, .most = 1024},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
    {"user.password_hash", MAY_READ | MAY_UPDATE},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_READ | MAY_INSERT | MAY_UPDATE},
};

static void run(struct request *request) {
    bool is_oneself = request->path_id == request->actor.id;
    const char *password = request_value(request, PASSWORD)->text;
    const struct proof proof = {.password = password ? password : "", .address = browser_address(request)};
    struct proof_result why = {0};
    enum outcome outcome =
        user_delete(request->db, request->arena, &request->actor, request->path_id, &proof, &why);
    if (outcome == OUTCOME_OK) {
        respond_done(request, is_oneself ? "/" : "/api/users");
        if (is_oneself)
            respond_session_end(request);
    } else if (outcome == OUTCOME_INVALID) {
        request_fault(request, "password", "wrong", WORDS_FAULT_PASSWORD);
        respond_faults(request);
    } else if (outcome == OUTCOME_THROTTLED) {
        respond_throttled(request, why.retry_after_s, WORDS_PROBLEM_THROTTLED);
    } else if (outcome == OUTCOME_CONFLICT) {
        respond_problem(request, 409, WORDS_PROBLEM_LAST_ADMIN);
    } else if (outcome == OUTCOME_NOT_FOUND) {
        respond_problem(request, 404, WORDS_PROBLEM_NO_PERSON);
    } else if (outcome == OUTCOME_FORBIDDEN) {
        respond_not_allowed(request, WORDS_PROBLEM_NOT_ALLOWED);
    } else {
        respond_outcome(request, outcome);
    }
}

const struct function FUNCTION = {
    .name = "user-delete",
    .access = ACCESS_MEMBER,
    .verb = VERB_PERSON_DELETE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .run = run,
};
