/* How many tasks were to do, in work and done at the end of each of the last days: GET /api/overview/flow. */
#include "base/clock.h"
#include "domain/event.h"
#include "http/page_overview.h"
#include "http/present_overview.h"
#include "http/request.h"

enum { DAYS, USUAL_DAYS = 30 };

static const struct field fields[] = {
    [DAYS] =
        {.name = "days", .type = FIELD_INTEGER, .may_be_empty = true, .least = 7, .most = OVERVIEW_MOST_DAYS},
};

static const struct grant grants[] = {
    {"task_flow", MAY_READ},
    {"event", MAY_READ},
};

static void run(struct request *request) {
    const struct field_value *given = request_value(request, DAYS);
    struct overview_flow flow = {.count = given->integer ? (size_t)given->integer : USUAL_DAYS};
    /* Days of the flow are those of UTC, one calendar for all: a task that was done is done on one day. */
    clock_write_day(clock_now(), flow.today);
    int64_t position = 0;
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK && respond_known(request, position))
        return;
    if (outcome == OUTCOME_OK)
        outcome = overview_flow(request->db, request->arena, &flow);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        page_flow(respond_page(request, 200), request->user, &flow);
    else
        present_flow(respond_json(request, 200), &flow);
}

const struct function FUNCTION = {
    .name = "overview-flow",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_READ,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
