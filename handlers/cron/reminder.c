/* Run by the clock, each five minutes or so (less than ten, or the mail of the hour goes without): says which
 * tasks are due, once a task and day. The mailer mails it. */
#include "domain/reminder.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"

#include <stdlib.h>

static const struct grant grants[] = {
    {"task", MAY_READ},
    {"task_snapshot", MAY_READ},
    {"user", MAY_READ},
    {"event", MAY_READ | MAY_INSERT},
};

int main(void) {
    struct arena *arena = arena_new();
    struct arena *batch = arena_new();
    struct db *db = NULL;
    const char *error = NULL;
    int status = EXIT_FAILURE;
    const struct config *config = config_read(arena, &error);
    if (!config || !log_open("reminder", config->log)) {
        log_error("%s", error ? error : "cannot open the log");
        goto out;
    }
    const struct db_options options = {
        .path = config->database, .grants = grants, .grant_count = COUNT(grants)};
    if (db_open_patiently(&options, arena, &db, &error) != DB_OPENED) {
        log_error("%s", error);
        goto out;
    }
    struct reminder_place place = {0};
    bool more = true;
    enum outcome outcome = OUTCOME_OK;
    while (more && outcome == OUTCOME_OK) {
        outcome = reminder_write(db, batch, clock_now(), &place, &more);
        arena_reset(batch);
    }
    if (outcome != OUTCOME_OK)
        log_error("reminding: %s", db_error(db));
    else
        status = EXIT_SUCCESS;
out:
    db_close(db);
    arena_free(batch);
    arena_free(arena);
    return status;
}
