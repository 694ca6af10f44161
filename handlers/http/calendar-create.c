/* Makes the secret link of somebody's calendar anew: POST /api/calendar. It is answered this once, and the
 * one before ends. */
#include "domain/calendar.h"
#include "http/page_calendar.h"

static const struct grant grants[] = {
    {"calendar_link", MAY_READ | MAY_INSERT | MAY_DELETE},
};

static void run(struct request *request) {
    struct page_calendar shown = {0};
    const char *token = NULL;
    enum outcome outcome =
        calendar_create(request->db, request->arena, &request->actor, &token, &shown.created_at);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    shown.link =
        arena_print(request->arena, "%s/api/calendar/feed?token=%s", request->config->base_url, token);
    respond_calendar(request, 201, &shown);
}

const struct function FUNCTION = {
    .name = "calendar-create",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
