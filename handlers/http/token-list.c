/* One's own access tokens that are still good: GET /api/tokens. */
#include "http/page_tokens.h"
#include "http/present.h"

static const struct grant grants[] = {
    {"api_token", MAY_READ},
};

static void run(struct request *request) {
    struct api_token *tokens = NULL;
    struct tokens_view view = {.viewer = request->user, .day_file = request->day_file};
    enum outcome outcome =
        api_token_list(request->db, request->arena, request->user->id, &tokens, &view.count);
    view.tokens = tokens;
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    if (request->is_html) {
        page_tokens(respond_page(request, 200), &view);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "tokens");
    json_open_array(json);
    for (size_t i = 0; i < view.count; i++)
        present_api_token(json, &tokens[i], view.day_file);
    json_close_array(json);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "token-list",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
