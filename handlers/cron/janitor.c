/* Run by the clock, once an hour or so: forgets expired sessions and old failed sign-ins, and of the log what
 * is older than the administrator keeps it. */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "domain/api_token.h"
#include "domain/invitation.h"
#include "domain/retention.h"
#include "domain/session.h"

#include <stdlib.h>

static const struct grant grants[] = {
    {"session", MAY_READ | MAY_DELETE},   {"login_throttle", MAY_READ | MAY_DELETE},
    {"event", MAY_READ | MAY_DELETE},     {"event_recipient", MAY_READ | MAY_DELETE},
    {"delivery", MAY_READ | MAY_DELETE},  {"outbox", MAY_READ},
    {"setting", MAY_READ | MAY_UPDATE},   {"invitation", MAY_READ | MAY_DELETE},
    {"api_token", MAY_READ | MAY_DELETE},
};

static enum outcome clean(struct db *db, struct arena *arena, const struct config *config) {
    enum { DAY_S = 24 * 3600 };
    struct retention_sum sum = {0};
    enum outcome outcome = session_clean(db);
    if (outcome == OUTCOME_OK)
        outcome = invitation_clean(db);
    if (outcome == OUTCOME_OK)
        outcome = api_token_clean(db);
    if (outcome == OUTCOME_OK && config->log_days)
        outcome = retention_forget(db, arena, clock_now() - config->log_days * DAY_S, &sum);
    if (sum.events || sum.deliveries)
        log_info("forgotten: %lld events, %lld mails", (long long)sum.events, (long long)sum.deliveries);
    return outcome;
}

int main(void) {
    struct arena *arena = arena_new();
    struct db *db = NULL;
    const char *error = NULL;
    int status = EXIT_FAILURE;
    const struct config *config = config_read(arena, &error);
    if (!config || !log_open("janitor", config->log)) {
        log_error("%s", error ? error : "cannot open the log");
        goto out;
    }
    const struct db_options options = {
        .path = config->database, .grants = grants, .grant_count = COUNT(grants)};
    if (db_open_patiently(&options, arena, &db, &error) != DB_OPENED)
        log_error("%s", error);
    else if (clean(db, arena, config) != OUTCOME_OK)
        log_error("cleaning: %s", db_error(db));
    else
        status = EXIT_SUCCESS;
out:
    db_close(db);
    arena_free(arena);
    return status;
}
