/* Run by the clock, once an hour or so: forgets expired sessions and old failed sign-ins. */
#include "base/config.h"
#include "base/log.h"
#include "domain/session.h"

#include <stdlib.h>

static const struct grant grants[] = {
    {"session", MAY_READ | MAY_DELETE},
    {"login_throttle", MAY_READ | MAY_DELETE},
};

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
    if (db_open(&options, arena, &db, &error) != DB_OPENED)
        log_error("%s", error);
    else if (session_clean(db) != OUTCOME_OK)
        log_error("cleaning: %s", db_error(db));
    else
        status = EXIT_SUCCESS;
out:
    db_close(db);
    arena_free(arena);
    return status;
}
