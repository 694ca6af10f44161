/* `pumasi migrate`: the database and the keys, made or brought up to this release. */
#include "command.h"

#include "data/migration.h"
#include "domain/signature.h"

#include <stdlib.h>

static const struct grant grants[] = {{"setting", MAY_READ | MAY_DELETE}, {"delivery", MAY_READ}};

static bool make_keys(struct command_line *line, const char **error) {
    const struct db_options options = {
        .path = line->config->database, .grants = grants, .grant_count = COUNT(grants)};
    struct db *db = NULL;
    bool good = db_open(&options, line->arena, &db, error) == DB_OPENED &&
                signer_make(db, line->arena, line->config->link_keys, error);
    db_close(db);
    return good;
}

int run_migrate(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    size_t applied = 0;
    const char *error = NULL;
    if (!migrate(line->config->database, line->arena, &applied, &error) || !make_keys(line, &error))
        return fail("%s", error);
    buffer_print(&line->out, "%s: schema %zu, %zu migration%s applied\n", line->config->database,
                 MIGRATION_COUNT, applied, applied == 1 ? "" : "s");
    return EXIT_SUCCESS;
}
