/* Tells in numbers how the server does, for Prometheus: GET /api/metrics. For administrators, and for whoever
 * asks on the machine itself. */
#include "base/clock.h"
#include "domain/delivery.h"
#include "domain/delivery_queue.h"
#include "domain/event.h"
#include "http/bearer.h"
#include "http/client_address.h"
#include "http/present_metrics.h"

static const struct grant grants[] = {
    {"event", MAY_READ},
    {"outbox", MAY_READ},
    {"account_outbox", MAY_READ},
    {"delivery", MAY_READ},
};

static void refuse(struct request *request) {
    if (!request->user)
        respond_problem(request, 401, WORDS_PROBLEM_SIGN_IN);
    else if (request->actor.scope != SCOPE_SESSION)
        bearer_refuse(request);
    else
        respond_not_allowed(request, WORDS_PROBLEM_NOT_ALLOWED);
}

static void run(struct request *request) {
    if (!client_is_local(request->arena, request->gateway->variables) &&
        !may(&request->actor, VERB_METRICS_READ, NULL)) {
        refuse(request);
        return;
    }
    struct machine_metrics metrics = {.now = clock_now(), .database = request->config->database};
    enum outcome outcome = delivery_find_oldest(request->db, metrics.now, &metrics.oldest_since);
    if (outcome == OUTCOME_OK)
        outcome = delivery_count_waiting(request->db, &metrics.waiting);
    if (outcome == OUTCOME_OK)
        outcome = delivery_count_dead(request->db, &metrics.given_up);
    if (outcome == OUTCOME_OK)
        outcome = event_position(request->db, &metrics.position);
    if (outcome == OUTCOME_OK)
        present_metrics(respond_text(request, 200, "text/plain; version=0.0.4; charset=utf-8"), &metrics);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "metrics",
    .access = ACCESS_OPTIONAL,
    .verb = VERB_REACH, /* whoever is on the machine; of others `run` asks for more */
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
