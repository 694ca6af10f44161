/* Stops the mails that a link from a mail names, or lets them come again: GET, POST
 * /api/unsubscribe?token=... GET only asks: whatever looks through mails for bad links opens them, too. */
#include "http/page_unsubscribe.h"
#include "http/request.h"

#include <string.h>

enum { TOKEN, ONE_CLICK, RESUME };

static const char *const one_click[] = {"One-Click", NULL};

static const struct field fields[] = {
    /* It stands in the address, also where something is posted. */
    [TOKEN] = {.name = "token", .type = FIELD_TEXT},
    /* All that a mail client posts (RFC 8058, 3.2). */
    [ONE_CLICK] = {.name = "List-Unsubscribe", .type = FIELD_CHOICE, .choices = one_click},
    [RESUME] = {.name = "resume", .type = FIELD_FLAG, .most = 1},
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_UPDATE},
    {"task", MAY_READ},
    {"task_watcher", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
};

static enum outcome act(struct request *request, const struct unsubscribe *unsubscribe) {
    if (strcmp(request->method, "POST") != 0)
        return OUTCOME_OK;
    return request_value(request, RESUME)->integer ? unsubscribe_resume(request->db, unsubscribe)
                                                   : unsubscribe_stop(request->db, unsubscribe);
}

static void respond(struct request *request, const char *token, const struct unsubscribe *unsubscribe,
                    const struct unsubscribe_state *state) {
    if (request->is_html) {
        page_unsubscribe(respond_page(request, 200), token, unsubscribe, state);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_add_number(json, "task_id", unsubscribe->task_id);
    json_add_boolean(json, "stopped", state->is_stopped);
    json_close_object(json);
}

static void run(struct request *request) {
    const char *token = request_query(request, "token");
    struct unsubscribe unsubscribe = {0};
    struct unsubscribe_state state = {0};
    struct signer signer;
    if (!request_signer(request, &signer)) {
        respond_outcome(request, OUTCOME_FAILED);
        return;
    }
    enum outcome outcome =
        token ? unsubscribe_read(&signer, request->arena, token, &unsubscribe) : OUTCOME_INVALID;
    if (outcome == OUTCOME_INVALID) {
        respond_refused(request, 403, WORDS_PROBLEM_LINK, "a link that is not ours");
        return;
    }
    if (outcome == OUTCOME_OK)
        outcome = act(request, &unsubscribe);
    if (outcome == OUTCOME_OK)
        outcome = unsubscribe_find(request->db, request->arena, &unsubscribe, &state);
    if (outcome == OUTCOME_OK)
        respond(request, token, &unsubscribe, &state);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "unsubscribe",
    .access = ACCESS_SIGNED_LINK,
    .verb = VERB_USE_LINK,
    .needs_keys = true,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
