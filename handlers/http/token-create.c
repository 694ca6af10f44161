/* Makes an access token for a program: POST /api/tokens. It is answered this once. */
#include "http/page_tokens.h"
#include "http/present.h"

enum { NAME, SCOPE, DAYS };

static const struct field fields[] = {
    [NAME] =
        {.name = "name", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = API_TOKEN_MOST_NAME},
    [SCOPE] = {.name = "scope", .type = FIELD_CHOICE, .choices = API_TOKEN_SCOPES},
    [DAYS] = {.name = "days", .type = FIELD_INTEGER, .least = 1, .most = API_TOKEN_MOST_DAYS},
};

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"api_token", MAY_READ | MAY_INSERT},
};

static void respond(struct request *request, const struct api_token *token, const char *secret) {
    if (!request->is_html) {
        struct json_writer *json = respond_json(request, 201);
        json_open_object(json);
        json_key(json, "token");
        present_api_token(json, token, request->day_file);
        json_add_text(json, "secret", secret);
        json_close_object(json);
        return;
    }
    struct api_token *tokens = NULL;
    struct tokens_view view = {.viewer = request->user, .day_file = request->day_file, .secret = secret};
    enum outcome outcome =
        api_token_list(request->db, request->arena, request->user->id, &tokens, &view.count);
    view.tokens = tokens;
    if (outcome == OUTCOME_OK)
        page_tokens(respond_page(request, 201), &view);
    else
        respond_outcome(request, outcome);
}

static void run(struct request *request) {
    const struct field_value *days = request_value(request, DAYS);
    const struct api_token_new wanted = {
        .name = request_value(request, NAME)->text,
        .scope = API_TOKEN_SCOPES[request_value(request, SCOPE)->integer],
        .days = days->is_given ? days->integer : API_TOKEN_USUAL_DAYS,
    };
    struct api_token token = {0};
    const char *secret = NULL;
    enum outcome outcome =
        api_token_create(request->db, request->arena, &request->actor, &wanted, &token, &secret);
    if (outcome == OUTCOME_OK)
        respond(request, &token, secret);
    else if (outcome == OUTCOME_FORBIDDEN)
        respond_not_allowed(request, WORDS_PROBLEM_NOT_ALLOWED);
    else if (outcome == OUTCOME_CONFLICT)
        respond_problem(request, 409, WORDS_PROBLEM_TOO_MANY_TOKENS);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "token-create",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
