/* Whether somebody's calendar has a link, and since when: GET /api/calendar. The link itself is kept nowhere.
 */
#include "domain/calendar.h"
#include "http/page_calendar.h"

static const struct grant grants[] = {
    {"calendar_link", MAY_READ},
};

static void run(struct request *request) {
    struct page_calendar shown = {0};
    enum outcome outcome = calendar_find(request->db, request->user->id, &shown.created_at);
    if (outcome == OUTCOME_OK)
        respond_calendar(request, 200, &shown);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "calendar-show",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
