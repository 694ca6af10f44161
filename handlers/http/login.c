/* Signs somebody in with address and password, and the code of who has a second factor: POST /api/login. */
#include "domain/sign_in.h"
#include "http/browser.h"
#include "http/page_factor.h"
#include "http/present.h"

enum { EMAIL, PASSWORD, CODE };

static const struct field fields[] = {
    [EMAIL] = {.name = "email", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = USER_MOST_EMAIL},
    /* Any length that could be meant: what is not the password is wrong, not malformed. */
    [PASSWORD] = {.name = "password", .type = FIELD_SECRET, .is_required = true, .least = 1, .most = 1024},
    [CODE] = {.name = "code", .type = FIELD_TEXT, .may_be_empty = true, .most = 64},
};

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"user.password_hash", MAY_READ | MAY_UPDATE},
    {"session", MAY_READ | MAY_INSERT | MAY_DELETE},
    {"login_throttle", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event", MAY_INSERT},
    {"factor", MAY_READ | MAY_UPDATE},
    {"recovery_code", MAY_READ | MAY_DELETE},
};

/* The password is right: for a plain browser the form once more, with a field for the code. */
static void ask_for_code(struct request *request) {
    bool is_wrong = request_value(request, CODE)->text;
    enum words_key detail = is_wrong ? WORDS_PROBLEM_CODE_WRONG : WORDS_PROBLEM_CODE_REQUIRED;
    if (request->is_html)
        page_code(respond_page(request, 401), request->language, request_value(request, EMAIL)->text, detail);
    else
        respond_problem_code(request, 401, is_wrong ? "code_wrong" : "code_required", detail);
}

static void run(struct request *request) {
    struct factor_key key;
    const struct sign_in sign_in = {
        .email = request_value(request, EMAIL)->text,
        .password = request_value(request, PASSWORD)->text,
        .code = request_value(request, CODE)->text,
        .factor_key = browser_factor_key(request, &key) == OUTCOME_OK ? &key : NULL,
        .address = browser_address(request),
        .session = browser_session(request),
    };
    struct signed_in signed_in = {0};
    enum outcome outcome = sign_in_try(request->db, request->arena, &sign_in, &signed_in);
    if (outcome == OUTCOME_OK)
        respond_signed_in(request, 200, &signed_in.user, signed_in.cookie);
    else if (outcome == OUTCOME_FORBIDDEN && signed_in.needs_code)
        ask_for_code(request);
    else if (outcome == OUTCOME_FORBIDDEN)
        respond_problem(request, 401, WORDS_PROBLEM_CREDENTIALS);
    else if (outcome == OUTCOME_THROTTLED)
        respond_throttled(request, signed_in.retry_after_s, WORDS_PROBLEM_THROTTLED);
    else
        respond_outcome(request, outcome == OUTCOME_BUSY ? OUTCOME_BUSY : OUTCOME_FAILED);
}

/* A hash takes 19 MiB and some 26 ms of a core: two at once are plenty. */
const struct function FUNCTION = {
    .name = "login",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    .needs_keys = true,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 2},
    .run = run,
};
