/* Ends the secret link of somebody's calendar: DELETE /api/calendar, POST /api/calendar/delete. */
#include "domain/calendar.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"calendar_link", MAY_READ | MAY_DELETE},
};

static void run(struct request *request) {
    enum outcome outcome = calendar_delete(request->db, &request->actor);
    if (outcome == OUTCOME_OK)
        respond_done(request, "/api/calendar");
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "calendar-delete",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
