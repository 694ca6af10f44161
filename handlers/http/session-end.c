/*
 * Signs out one of one's browsers, or all but this one; any but this one with the password (ASVS 7.5.2):
 * DELETE /api/sessions/{id}, DELETE /api/sessions; POST /api/sessions/{id}/end and POST /api/sessions/end for
 * forms.
 */
#include "http/password_input.h"

enum { PASSWORD };

static const struct field fields[] = {
    [PASSWORD] = {.name = "password", .type = FIELD_SECRET, .may_be_empty = true, .least = 1, .most = 1024},
};

static const struct grant grants[] = {
    {"session", MAY_READ | MAY_DELETE},
    {"user", MAY_READ},
    {"user.password_hash", MAY_READ},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
};

static void run(struct request *request) {
    int64_t id = request->path_id;
    bool is_own = id && id == request_session_id(request);
    if (!is_own && !password_input_confirm(request, "password", request_value(request, PASSWORD)->text))
        return;
    enum outcome outcome =
        id ? session_end(request->db, request->user->id, id)
           : session_end_others(request->db, request->user->id, request_session_id(request));
    if (outcome == OUTCOME_NOT_FOUND)
        respond_refused(request, 404, WORDS_PROBLEM_NO_SESSION, "no session of hers");
    else if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else
        respond_done(request, is_own ? "/" : "/api/users/me#sessions");
    if (outcome == OUTCOME_OK && is_own)
        respond_session_end(request);
}

const struct function FUNCTION = {
    .name = "session-end",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 1},
    .run = run,
};
