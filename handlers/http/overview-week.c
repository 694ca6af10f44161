/* What somebody has before her: her tasks that are overdue, and those of seven days: GET /api/overview/week.
 */
#include "base/clock.h"
#include "domain/event.h"
#include "http/page_overview.h"
#include "http/present_overview.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"task", MAY_READ},
    {"event", MAY_READ},
};

static void run(struct request *request) {
    /* Today is what the calendar shows where she is. */
    const struct clock_local local = clock_local(request->user->mail.time_zone, clock_now());
    int64_t position = 0;
    struct overview_week week = {0};
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK && respond_known_on(request, position, local.day))
        return;
    if (outcome == OUTCOME_OK)
        outcome = overview_week(request->db, request->arena, request->user->id, local.day, &week);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        page_week(respond_page(request, 200), request->user, &week);
    else
        present_week(respond_json(request, 200), &week);
}

const struct function FUNCTION = {
    .name = "overview-week",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_READ,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
