/* All that is stored about oneself, as a file: GET /api/users/me/export. */
#include "domain/export.h"
#include "http/request.h"

static const struct grant grants[] = {
    {"user", MAY_READ},          {"session", MAY_READ},       {"api_token", MAY_READ},
    {"task", MAY_READ},          {"comment", MAY_READ},       {"task_watcher", MAY_READ},
    {"event", MAY_READ},         {"delivery", MAY_READ},      {"factor", MAY_READ},
    {"account_token", MAY_READ}, {"recovery_code", MAY_READ}, {"invitation", MAY_READ},
    {"suppression", MAY_READ},   {"saved_view", MAY_READ},    {"calendar_link", MAY_READ},
};

static void run(struct request *request) {
    enum outcome outcome = export_write(request->db, request->user->id, respond_json(request, 200));
    if (outcome == OUTCOME_OK)
        respond_header(request, "Content-Disposition", "attachment; filename=\"pumasi.json\"");
    else
        respond_outcome(request, outcome);
}

/* Somebody's years of work are written at once. */
const struct function FUNCTION = {
    .name = "profile-export",
    .access = ACCESS_MEMBER,
    .verb = VERB_PROFILE_EXPORT,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 30, .workers = 1, .memory_mib = 512},
    .run = run,
};
