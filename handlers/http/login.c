/* Signs somebody in with address and password: POST /api/login. */
#include "domain/session.h"
#include "http/present.h"

enum { EMAIL, PASSWORD };

static const struct field fields[] = {
    [EMAIL] = {.name = "email", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = USER_MOST_EMAIL},
    /* Any length that could be meant: what is not the password is wrong, not malformed. */
    [PASSWORD] = {.name = "password", .type = FIELD_SECRET, .is_required = true, .least = 1, .most = 1024},
};

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"user.password_hash", MAY_READ | MAY_UPDATE},
    {"session", MAY_READ | MAY_INSERT},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
};

static void run(struct request *request) {
    const char *address = request_header(request, "REMOTE_ADDR");
    const struct sign_in sign_in = {
        .email = request_value(request, EMAIL)->text,
        .password = request_value(request, PASSWORD)->text,
        .address = address ? address : "",
    };
    struct user user = {0};
    const char *token = NULL;
    int64_t retry_after_s = 0;
    switch (session_sign_in(request->db, request->arena, &sign_in, &user, &token, &retry_after_s)) {
    case OUTCOME_OK:
        respond_signed_in(request, 200, &user, token);
        break;
    case OUTCOME_FORBIDDEN:
        respond_problem(request, 401, WORDS_PROBLEM_CREDENTIALS);
        break;
    case OUTCOME_THROTTLED:
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED);
        break;
    case OUTCOME_BUSY:
        respond_outcome(request, OUTCOME_BUSY);
        break;
    case OUTCOME_NOT_FOUND:
    case OUTCOME_EXISTS:
    case OUTCOME_CONFLICT:
    case OUTCOME_INVALID:
    case OUTCOME_FAILED:
        respond_outcome(request, OUTCOME_FAILED);
    }
}

/* A hash takes 19 MiB and some 26 ms of a core: two at once are plenty. */
const struct function FUNCTION = {
    .name = "login",
    .access = ACCESS_ANYONE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 2},
    .run = run,
};
