/* How much each person has to do, and how far it is: GET /api/overview/people. */
#include "base/clock.h"
#include "domain/event.h"
#include "http/page_overview.h"
#include "http/present_overview.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"task", MAY_READ},
    {"user", MAY_READ},
    {"event", MAY_READ},
};

static void run(struct request *request) {
    const struct clock_local local = clock_local(request->user->mail.time_zone, clock_now());
    int64_t position = 0;
    struct overview_people people = {0};
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK && respond_known_on(request, position, local.day))
        return;
    if (outcome == OUTCOME_OK)
        outcome = overview_people(request->db, request->arena, local.day, &people);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        page_loads(respond_page(request, 200), request->user, &people);
    else
        present_loads(respond_json(request, 200), &people);
}

const struct function FUNCTION = {
    .name = "overview-people",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_READ,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
