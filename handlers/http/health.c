/* Says that the server answers and reaches its data, and for how long mails wait: GET /api/health. */
#include "base/clock.h"
#include "domain/delivery.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"event", MAY_READ},
    {"outbox", MAY_READ},
    {"delivery", MAY_READ},
};

static void run(struct request *request) {
    int64_t now = clock_now();
    int64_t since = 0;
    enum outcome outcome = delivery_find_oldest(request->db, now, &since);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_add_text(json, "status", "ok");
    if (since)
        json_add_integer(json, "oldest_unsent_mail_seconds", now - since);
    else
        json_add_null(json, "oldest_unsent_mail_seconds");
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "health",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
