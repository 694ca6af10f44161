/* pumasi mail: what became of the mails, and what can be done about it. */
#include "command.h"

#include "domain/delivery.h"

#include <stdlib.h>

static const struct grant reading[] = {{"delivery", MAY_READ}, {"user", MAY_READ}};
static const struct grant reviving[] = {{"delivery", MAY_READ | MAY_UPDATE}};

static void list_mail(struct command_line *line, const struct delivery_row *row) {
    if (!line->as_json) {
        buffer_print(&line->out, "%6lld  %s  %-7s  task #%lld  %s%s%s\n", (long long)row->id,
                     time_text(line->arena, row->created_at), row->state, (long long)row->task_id, row->email,
                     row->error ? "  " : "", row->error ? printable(line->arena, row->error) : "");
        return;
    }
    json_open_object(&line->json);
    json_add_integer(&line->json, "id", row->id);
    json_add_integer(&line->json, "task_id", row->task_id);
    json_add_text(&line->json, "to", row->email);
    json_add_text(&line->json, "state", row->state);
    json_add_integer(&line->json, "attempts", row->attempts);
    json_add_time(&line->json, "created_at", row->created_at);
    json_add_text(&line->json, "error", row->error);
    json_close_object(&line->json);
}

static int run_list(struct command_line *line) {
    enum { MOST_LISTED = 1000 };
    const char *state = take_option(line, "--state");
    if (line->count)
        return fail_usage(line);
    struct delivery_row *rows = NULL;
    size_t count = 0;
    enum outcome outcome = delivery_list(line->db, line->arena, state, MOST_LISTED, &rows, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    open_list(line);
    for (size_t i = 0; i < count; i++)
        list_mail(line, &rows[i]);
    close_list(line);
    return EXIT_SUCCESS;
}

static int run_retry(struct command_line *line) {
    int64_t id = 0;
    if (!take_id(line, &id))
        return fail_usage(line);
    enum outcome outcome = delivery_revive(line->db, id);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no dead, failed or waiting mail of this number; see `pumasi mail list`");
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

static const struct command commands[] = {
    {"list", "[--state pending|leased|retry|sent|failed|dead] [--json]", "what became of the mails", run_list,
     NEEDS_READING, GRANTS(reading)},
    {"retry", "ID", "send a dead or failed mail once more", run_retry, NEEDS_WRITING, GRANTS(reviving)},
};
const struct noun MAIL_NOUN = {"mail", commands, COUNT(commands)};
