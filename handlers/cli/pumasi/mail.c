/* pumasi mail: what became of the mails, and what can be done about it. */
#include "command.h"

#include "base/clock.h"
#include "domain/delivery_queue.h"
#include "domain/outbox.h"
#include "domain/suppression.h"
#include "domain/user.h"

#include <stdlib.h>
#include <string.h>

static const struct grant reading[] = {{"delivery", MAY_READ}, {"user", MAY_READ}};
static const struct grant seeing_queue[] = {
    {"delivery", MAY_READ}, {"user", MAY_READ}, {"outbox", MAY_READ}, {"event", MAY_READ}};
static const struct grant showing[] = {
    {"delivery", MAY_READ}, {"event_recipient", MAY_READ}, {"event", MAY_READ},      {"user", MAY_READ},
    {"task", MAY_READ},     {"task_watcher", MAY_READ},    {"suppression", MAY_READ}};
static const struct grant changing[] = {{"delivery", MAY_READ | MAY_UPDATE}, {"user", MAY_READ}};
static const struct grant suppressing[] = {{"suppression", MAY_READ | MAY_INSERT | MAY_DELETE}};
static const struct grant seeing_suppressed[] = {{"suppression", MAY_READ}};

static const char *about(struct arena *arena, const struct delivery_row *row) {
    int64_t task_id = row->task_id;
    if (row->purpose)
        return arena_print(arena, "account: %s", row->purpose);
    return task_id ? arena_print(arena, "task #%lld", (long long)task_id) : "daily";
}

static void json_add_mail(struct json_writer *json, const struct delivery_row *row) {
    json_add_integer(json, "id", row->id);
    json_add_number(json, "task_id", row->task_id);
    json_add_text(json, "purpose", row->purpose);
    json_add_text(json, "to", row->email);
    json_add_text(json, "state", row->state);
    json_add_integer(json, "attempts", row->attempts);
    json_add_time(json, "created_at", row->created_at);
    json_add_text(json, "error", row->error);
}

static void add_error(struct command_line *line, const struct delivery_row *row) {
    if (row->error)
        buffer_print(&line->out, "  %s", printable(line->arena, row->error));
    buffer_add_char(&line->out, '\n');
}

/* ---- what became of them ---- */

static void list_mail(struct command_line *line, const struct delivery_row *row) {
    if (line->as_json) {
        json_open_object(&line->json);
        json_add_mail(&line->json, row);
        json_close_object(&line->json);
        return;
    }
    buffer_print(&line->out, "%6lld  %s  %-10s  %s  %s", (long long)row->id,
                 time_text(line->arena, row->created_at), row->state, about(line->arena, row), row->email);
    add_error(line, row);
}

static bool is_state(const char *word) {
    static const char *const states[] = {"pending", "leased", "retry",     "sent",
                                         "failed",  "dead",   "suppressed"};
    for (size_t i = 0; i < COUNT(states); i++)
        if (strcmp(word, states[i]) == 0)
            return true;
    return false;
}

static int run_list(struct command_line *line) {
    enum { MOST_LISTED = 1000 };
    const char *state = take_option(line, "--state");
    if (line->count || (state && !is_state(state)))
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

/* ---- what waits ---- */

static void list_waiting(struct command_line *line, const struct delivery_row *row, int64_t now) {
    if (line->as_json) {
        json_open_object(&line->json);
        json_add_mail(&line->json, row);
        json_add_time(&line->json, "opened_at", row->opened_at);
        json_add_time(&line->json, "due_at", row->next_at);
        json_close_object(&line->json);
        return;
    }
    const char *due = row->next_at > now
                          ? arena_print(line->arena, "in %s", span_text(line->arena, row->next_at - now))
                          : "now";
    buffer_print(&line->out, "%6lld  %-7s  %s %-10s  %lld attempt%s  %s  %s", (long long)row->id, row->state,
                 strcmp(row->state, "leased") == 0 ? "taken up again" : "due", due, (long long)row->attempts,
                 row->attempts == 1 ? "" : "s", about(line->arena, row), row->email);
    add_error(line, row);
}

struct waiting {
    struct delivery_row *rows;
    size_t count;
    int64_t oldest_at; /* 0: none waits */
    int64_t unplanned; /* events in the outbox */
    int64_t unplanned_since;
};

static enum outcome read_waiting(struct command_line *line, struct waiting *waiting) {
    enum outcome outcome = outcome_of(db_begin_read(line->db));
    if (outcome == OUTCOME_OK)
        outcome = delivery_list_waiting(line->db, line->arena, &waiting->rows, &waiting->count);
    if (outcome == OUTCOME_OK)
        outcome = outbox_count(line->db, &waiting->unplanned, &waiting->unplanned_since);
    db_end_read(line->db);
    for (size_t i = 0; i < waiting->count; i++)
        if (i == 0 || waiting->rows[i].opened_at < waiting->oldest_at)
            waiting->oldest_at = waiting->rows[i].opened_at;
    return outcome;
}

static void print_sum(struct command_line *line, const struct waiting *waiting, int64_t now) {
    buffer_print(&line->out, "%zu mail%s wait%s", waiting->count, waiting->count == 1 ? "" : "s",
                 waiting->count == 1 ? "s" : "");
    if (waiting->count)
        buffer_print(&line->out, ", the oldest for %s", span_text(line->arena, now - waiting->oldest_at));
    buffer_print(&line->out, "; %lld event%s not planned yet", (long long)waiting->unplanned,
                 waiting->unplanned == 1 ? " is" : "s are");
    if (waiting->unplanned)
        buffer_print(&line->out, ", the oldest for %s",
                     span_text(line->arena, now - waiting->unplanned_since));
    buffer_add_char(&line->out, '\n');
}

static int run_queue(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    struct waiting waiting = {0};
    enum outcome outcome = read_waiting(line, &waiting);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    int64_t now = clock_now();
    if (line->as_json) {
        json_open_object(&line->json);
        json_add_integer(&line->json, "count", (int64_t)waiting.count);
        json_add_time(&line->json, "oldest_at", waiting.oldest_at);
        json_add_integer(&line->json, "unplanned", waiting.unplanned);
        json_add_time(&line->json, "unplanned_since", waiting.unplanned_since);
        json_key(&line->json, "mails");
    }
    open_list(line);
    for (size_t i = 0; i < waiting.count; i++)
        list_waiting(line, &waiting.rows[i], now);
    close_list(line);
    if (line->as_json)
        json_close_object(&line->json);
    else
        print_sum(line, &waiting, now);
    return EXIT_SUCCESS;
}

/* ---- what can be done ---- */

/* Why a mail was not changed: there is none, or its state forbids it. */
static int fail_state(const struct command_line *line, int64_t id, const char *cannot) {
    struct delivery_row row;
    enum outcome outcome = delivery_find_row(line->db, line->arena, id, &row);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no mail %lld; see `pumasi mail list`", (long long)id);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    return fail("mail %lld is %s and cannot be %s", (long long)id, row.state, cannot);
}

static int run_retry(struct command_line *line) {
    bool is_all = take_flag(line, "--all");
    int64_t id = 0;
    int64_t count = 1;
    if (is_all ? line->count != 0 : !take_id(line, &id))
        return fail_usage(line);
    enum outcome outcome = is_all ? delivery_revive_all(line->db, &count) : delivery_revive(line->db, id);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail_state(line, id, "sent once more");
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    buffer_print(&line->out, "%lld mail%s at the mailer's next run\n", (long long)count,
                 count == 1 ? " goes" : "s go");
    return EXIT_SUCCESS;
}

static int run_drop(struct command_line *line) {
    int64_t id = 0;
    if (!take_id(line, &id))
        return fail_usage(line);
    enum outcome outcome = delivery_drop(line->db, id);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail_state(line, id, "dropped");
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

/* ---- addresses that are not mailed ---- */

static void list_suppression(struct command_line *line, const struct suppression *suppression) {
    if (!line->as_json) {
        buffer_print(&line->out, "%s  %-13s  %s%s%s\n", time_text(line->arena, suppression->created_at),
                     suppression->reason, printable(line->arena, suppression->address),
                     suppression->detail ? "  " : "",
                     suppression->detail ? printable(line->arena, suppression->detail) : "");
        return;
    }
    json_open_object(&line->json);
    json_add_text(&line->json, "address", suppression->address);
    json_add_text(&line->json, "reason", suppression->reason);
    json_add_text(&line->json, "detail", suppression->detail);
    json_add_time(&line->json, "created_at", suppression->created_at);
    json_close_object(&line->json);
}

static int run_suppressed(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    struct suppression *list = NULL;
    size_t count = 0;
    enum outcome outcome = suppression_list(line->db, line->arena, &list, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    open_list(line);
    for (size_t i = 0; i < count; i++)
        list_suppression(line, &list[i]);
    close_list(line);
    return EXIT_SUCCESS;
}

static int run_suppress(struct command_line *line) {
    if (line->count != 1)
        return fail_usage(line);
    if (!user_email_is_valid(line->words[0]))
        return fail("the address must be like name@example.org");
    enum outcome outcome = suppression_add(line->db, line->arena, line->words[0], "administrator", NULL);
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

static int run_unsuppress(struct command_line *line) {
    if (line->count != 1)
        return fail_usage(line);
    enum outcome outcome = suppression_remove(line->db, line->arena, line->words[0]);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("this address is mailed already; `pumasi mail suppressed` lists those that are not");
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

static const struct command commands[] = {
    {"list", "[--state pending|leased|retry|sent|failed|dead|suppressed] [--json]",
     "what became of the mails, the latest first", run_list, NEEDS_READING, GRANTS(reading)},
    {"queue", "[--json]", "what waits to be sent, and why", run_queue, NEEDS_READING, GRANTS(seeing_queue)},
    {"show", "ID [--json]", "everything about one mail, and its text while it is not sent", run_mail_show,
     NEEDS_READING, GRANTS(showing)},
    {"retry", "ID|--all", "send a mail once more that did not arrive, or all that are dead or failed",
     run_retry, NEEDS_WRITING, GRANTS(changing)},
    {"drop", "ID", "do not send a mail that waits", run_drop, NEEDS_WRITING, GRANTS(changing)},
    {"suppressed", "[--json]", "addresses that are not mailed any more", run_suppressed, NEEDS_READING,
     GRANTS(seeing_suppressed)},
    {"suppress", "ADDRESS", "do not mail an address any more", run_suppress, NEEDS_WRITING,
     GRANTS(suppressing)},
    {"unsuppress", "ADDRESS", "mail an address again", run_unsuppress, NEEDS_WRITING, GRANTS(suppressing)},
    {"test", "ADDRESS", "send one mail right now, and tell what the mail server says", run_mail_test,
     NEEDS_CONFIG, NO_GRANTS},
};
const struct noun MAIL_NOUN = {"mail", "what waits and why, what became of each, who is not mailed", commands,
                               COUNT(commands)};
