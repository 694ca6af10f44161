/* pumasi event: the log, for reading, for other programs, and for being told once more. */
#include "command.h"

#include "base/clock.h"
#include "domain/day_words.h"
#include "domain/envelope.h"
#include "domain/outbox.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static const struct grant reading[] = {{"event", MAY_READ}, {"user", MAY_READ}};
static const struct grant replaying[] = {
    {"event", MAY_READ}, {"outbox", MAY_READ | MAY_INSERT}, {"import_silence", MAY_READ}};

static const char *json_text_of(struct json_object *value) {
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* ---- list ---- */

/* A value of a change in a few words: people by name. */
static const char *side(struct arena *arena, struct json_object *value) {
    struct json_object *name = json_object_object_get(value, "name");
    if (!value)
        return "-";
    if (json_object_is_type(name ? name : value, json_type_string))
        return printable(arena, json_object_get_string(name ? name : value));
    return printable(arena, json_text_of(value));
}

/* Long texts are only said to have changed. */
static void add_changes(struct buffer *out, struct arena *arena, struct json_object *changes) {
    if (!json_object_is_type(changes, json_type_object))
        return;
    struct json_object_iterator at = json_object_iter_begin(changes);
    struct json_object_iterator end = json_object_iter_end(changes);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        const char *field = json_object_iter_peek_name(&at);
        struct json_object *change = json_object_iter_peek_value(&at);
        buffer_print(out, "  %s", printable(arena, field));
        if (strcmp(field, "description") != 0)
            buffer_print(out, ": %s -> %s", side(arena, json_object_object_get(change, "from")),
                         side(arena, json_object_object_get(change, "to")));
    }
}

static void add_line(struct command_line *line, struct arena *batch, const struct envelope *event) {
    struct buffer *out = &line->out;
    struct json_object *detail = json_object_object_get(event->json, "detail");
    struct json_object *actor = json_object_object_get(detail, "actor");
    struct json_object *user = json_object_object_get(detail, "user");
    struct json_object *title = json_object_object_get(json_object_object_get(detail, "task"), "title");
    buffer_print(out, "%6lld  %s  %-15s", (long long)event->id, time_text(batch, event->at),
                 printable(batch, event->type));
    if (event->task_id)
        buffer_print(out, "  #%lld %s", (long long)event->task_id, title ? side(batch, title) : "");
    if (user)
        buffer_print(out, "  %s", side(batch, user));
    if (actor)
        buffer_print(out, "  by %s", side(batch, actor));
    add_changes(out, batch, json_object_object_get(detail, "changes"));
    buffer_add_char(out, '\n');
}

static enum outcome list_event(void *with, struct arena *batch, const struct envelope *event) {
    struct command_line *line = with;
    if (line->as_json)
        json_raw(&line->json, json_text_of(event->json));
    else
        add_line(line, batch, event);
    return flush_output(line) ? OUTCOME_OK : OUTCOME_FAILED;
}

static int run_list(struct command_line *line) {
    struct envelope_query query = {.type = take_option(line, "--type")};
    enum { LISTED = 50 };
    if (!take_number(line, "--after", 0, INT64_MAX, -1, &query.after) ||
        !take_number(line, "--task", 1, INT64_MAX, 0, &query.task_id) ||
        !take_number(line, "--limit", 1, INT64_MAX, LISTED, &query.limit) ||
        !take_days(line, 0, &query.since))
        return EXIT_USAGE;
    if (line->count)
        return fail_usage(line);
    enum outcome outcome = OUTCOME_OK;
    if (query.after < 0)
        outcome = envelope_find_last(line->db, &query, query.limit, &query.after);
    open_list(line);
    if (outcome == OUTCOME_OK)
        outcome = envelope_walk(line->db, &query, list_event, line);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    close_list(line);
    return EXIT_SUCCESS;
}

/* ---- export ---- */

static enum outcome export_event(void *with, struct arena *batch, const struct envelope *event) {
    (void)batch;
    struct command_line *line = with;
    buffer_add(&line->out, json_text_of(event->json));
    buffer_add_char(&line->out, '\n');
    return flush_output(line) ? OUTCOME_OK : OUTCOME_FAILED;
}

static int run_export(struct command_line *line) {
    struct envelope_query query = {0};
    const char *since = take_option(line, "--since");
    if (!take_number(line, "--after", 0, INT64_MAX, 0, &query.after))
        return EXIT_USAGE;
    if (line->count)
        return fail_usage(line);
    if (since && !clock_is_day(since, strlen(since))) {
        (void)fail("--since must be a day, YYYY-MM-DD (it begins at midnight UTC)");
        return EXIT_USAGE;
    }
    if (since)
        query.since = days_between("1970-01-01", since) * DAY_S;
    /* One state of the log, however long it takes. */
    enum outcome outcome = outcome_of(db_begin_read(line->db));
    if (outcome == OUTCOME_OK)
        outcome = envelope_walk(line->db, &query, export_event, line);
    db_end_read(line->db);
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

/* ---- replay ---- */

static int run_replay(struct command_line *line) {
    struct outbox_range range = {0};
    if (!take_number(line, "--from", 1, INT64_MAX, 0, &range.from) ||
        !take_number(line, "--to", 1, INT64_MAX, INT64_MAX, &range.to) || !take_days(line, 0, &range.since))
        return EXIT_USAGE;
    bool has_range = range.from || range.to != INT64_MAX;
    if (line->count || has_range == (range.since != 0) || (has_range && !range.from))
        return fail_usage(line);
    if (range.to < range.from) {
        (void)fail("--to must not be before --from");
        return EXIT_USAGE;
    }
    int64_t count = 0;
    enum outcome outcome = outbox_replay(line->db, &range, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    if (!count)
        return fail("no event of a task is there that does not wait already; see `pumasi event list`");
    buffer_print(&line->out,
                 "%lld event%s planned again at the mailer's next run; whoever was told already is not told "
                 "again\n",
                 (long long)count, count == 1 ? " is" : "s are");
    return EXIT_SUCCESS;
}

static const struct command commands[] = {
    {"list", "[--after ID] [--type TYPE] [--task ID] [--days N] [--limit N] [--json]",
     "what happened: the latest events (50), or with --after those that follow", run_list, NEEDS_READING,
     GRANTS(reading)},
    {"export", "[--after ID] [--since DAY]", "the log as rules see it, one JSON object a line", run_export,
     NEEDS_READING, GRANTS(reading)},
    {"replay", "--from ID [--to ID] | --days N",
     "plan mails of past events by the present rules, for those who were not told; try `pumasi rule dry-run` "
     "first",
     run_replay, NEEDS_WRITING, GRANTS(replaying)},
};
const struct noun EVENT_NOUN = {"event", "what happened, for reading, for other programs, for telling again",
                                commands, COUNT(commands)};
