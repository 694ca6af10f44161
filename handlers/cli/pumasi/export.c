/* pumasi export: all tasks, to take along or to look at elsewhere. */
#include "command.h"

#include "domain/task_export.h"

#include <stdlib.h>
#include <string.h>

static const struct grant exporting[] = {
    {"task", MAY_READ}, {"comment", MAY_READ}, {"task_watcher", MAY_READ},
    {"user", MAY_READ}, {"rule", MAY_READ},    {"event", MAY_READ},
};

static bool flush(void *with) {
    return flush_output(with);
}

static int run_export(struct command_line *line) {
    const char *name = take_option(line, "--format");
    size_t format = 0;
    while (name && format < TASK_EXPORT_COUNT && strcmp(TASK_EXPORT_NAMES[format], name) != 0)
        format++;
    if (line->count || !name || format == TASK_EXPORT_COUNT)
        return fail_usage(line);
    /* One state of everything, however long it takes. */
    enum outcome outcome = outcome_of(db_begin_read(line->db));
    if (outcome == OUTCOME_OK)
        outcome = task_export_write(line->db, (enum task_export_format)format, &line->out, flush, line);
    db_end_read(line->db);
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

static const struct command export_command = {
    NULL,
    "--format csv|lines|whole",
    "all tasks on standard output: a table; with comments, one JSON object a line; or with the bin, people, rules and the log",
    run_export,
    NEEDS_READING,
    GRANTS(exporting)};
const struct noun EXPORT_NOUN = {"export", "all tasks, or the whole of it, for other programs",
                                 &export_command, 1};
