/*
 * pumasi rule dry-run: who would have been mailed about what has happened, by the rules and wishes as they
 * are now: a line for each event and person, and at the end what it would have been for each person. It goes
 * through the log in batches and keeps no more than the people.
 */
#include "command.h"

#include "domain/recipient.h"
#include "domain/suppression.h"

#include <stdlib.h>
#include <string.h>

struct tally {
    const struct user *user;
    bool is_suppressed;
    int64_t instant;
    int64_t coalesced;
    int64_t daily;
    int64_t skipped;
};

struct trial {
    struct command_line *line;
    struct rule *rules;
    size_t rule_count;
    struct tally *people; /* by the user's id */
    size_t people_count;
    int64_t events; /* that somebody would have been told of */
};

static int by_id(const void *one, const void *other) {
    int64_t a = ((const struct tally *)one)->user->id;
    int64_t b = ((const struct tally *)other)->user->id;
    return (a > b) - (a < b);
}

/* NULL: somebody who came while the log is read. */
static struct tally *find_tally(const struct trial *trial, int64_t user_id) {
    const struct user user = {.id = user_id};
    const struct tally key = {.user = &user};
    return bsearch(&key, trial->people, trial->people_count, sizeof(key), by_id);
}

/* How the person would have been told of the event, counted; or why not. */
static const char *judge(struct tally *tally, const struct envelope *event,
                         const struct recipient *recipient) {
    if (recipient->skipped || tally->is_suppressed) {
        tally->skipped++;
        return recipient->skipped ? recipient->skipped : "suppressed";
    }
    if (recipient->is_daily || event->day) {
        tally->daily++;
        return "daily";
    }
    if (recipient->is_instant) {
        tally->instant++;
        return "instant";
    }
    tally->coalesced++;
    return "coalesced";
}

static void print_line(struct command_line *line, struct arena *batch, const struct envelope *event,
                       const struct recipient *recipient, struct tally *tally) {
    const struct user *user = tally->user;
    bool is_skipped = recipient->skipped || tally->is_suppressed;
    const char *how = judge(tally, event, recipient);
    if (!line->as_json) {
        buffer_print(&line->out, "%lld  %s  %s  #%lld  %s <%s>  %s  %s%s\n", (long long)event->id,
                     time_text(batch, event->at), event->type, (long long)event->task_id,
                     printable(batch, user->name), user->email, REASON_WORDS[recipient->reason],
                     is_skipped ? "skipped: " : "", how);
        return;
    }
    struct json_writer *json = &line->json;
    json_open_object(json);
    json_add_integer(json, "event_id", event->id);
    json_add_time(json, "time", event->at);
    json_add_text(json, "type", event->type);
    json_add_integer(json, "task_id", event->task_id);
    json_add_integer(json, "user_id", user->id);
    json_add_text(json, "email", user->email);
    json_add_text(json, "reason", REASON_WORDS[recipient->reason]);
    json_add_text(json, "how", is_skipped ? NULL : how);
    json_add_text(json, "skipped", is_skipped ? how : NULL);
    json_close_object(json);
}

static enum outcome try_event(void *with, struct arena *batch, const struct envelope *event) {
    struct trial *trial = with;
    if (!event->task_id) /* mails are about tasks */
        return OUTCOME_OK;
    struct recipient *recipients = NULL;
    size_t count = 0;
    enum outcome outcome =
        recipient_list(trial->line->db, batch, trial->rules, trial->rule_count, event, &recipients, &count);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        struct tally *tally = find_tally(trial, recipients[i].user_id);
        if (tally)
            print_line(trial->line, batch, event, &recipients[i], tally);
    }
    trial->events += count > 0;
    return outcome == OUTCOME_OK && !flush_output(trial->line) ? OUTCOME_FAILED : outcome;
}

static enum outcome read_people(struct trial *trial) {
    struct command_line *line = trial->line;
    struct user *users = NULL;
    struct suppression *suppressed = NULL;
    size_t suppressed_count = 0;
    enum outcome outcome = user_list(line->db, line->arena, &users, &trial->people_count);
    if (outcome == OUTCOME_OK)
        outcome = suppression_list(line->db, line->arena, &suppressed, &suppressed_count);
    if (outcome != OUTCOME_OK)
        return outcome;
    trial->people = arena_take_array(line->arena, trial->people_count, sizeof(*trial->people));
    for (size_t i = 0; i < trial->people_count; i++) {
        trial->people[i].user = &users[i];
        const char *key = suppressed_count ? user_email_key(line->arena, users[i].email) : "";
        for (size_t j = 0; j < suppressed_count; j++)
            trial->people[i].is_suppressed |= strcmp(suppressed[j].address, key) == 0;
    }
    if (trial->people_count)
        qsort(trial->people, trial->people_count, sizeof(*trial->people), by_id);
    return OUTCOME_OK;
}

static enum outcome read_rules(struct trial *trial, const char *name) {
    struct command_line *line = trial->line;
    if (!name)
        return rule_list(line->db, line->arena, true, &trial->rules, &trial->rule_count);
    trial->rules = arena_take(line->arena, sizeof(*trial->rules));
    trial->rule_count = 1;
    return rule_find(line->db, line->arena, name, trial->rules);
}

static void print_tally(struct command_line *line, const struct tally *tally) {
    int64_t told = tally->instant + tally->coalesced + tally->daily;
    if (!told && !tally->skipped)
        return;
    if (!line->as_json) {
        buffer_print(
            &line->out,
            "%s <%s>: told of %lld events (%lld instant, %lld coalesced, %lld daily), %lld skipped\n",
            printable(line->arena, tally->user->name), tally->user->email, (long long)told,
            (long long)tally->instant, (long long)tally->coalesced, (long long)tally->daily,
            (long long)tally->skipped);
        return;
    }
    struct json_writer *json = &line->json;
    json_open_object(json);
    json_add_integer(json, "user_id", tally->user->id);
    json_add_text(json, "email", tally->user->email);
    json_add_text(json, "name", tally->user->name);
    json_add_integer(json, "instant", tally->instant);
    json_add_integer(json, "coalesced", tally->coalesced);
    json_add_integer(json, "daily", tally->daily);
    json_add_integer(json, "skipped", tally->skipped);
    json_close_object(json);
}

static void print_summary(const struct trial *trial) {
    struct command_line *line = trial->line;
    if (line->as_json) {
        json_close_array(&line->json);
        json_key(&line->json, "people");
        json_open_array(&line->json);
    } else {
        buffer_print(&line->out, "%s%lld event%s would have been told or skipped; nothing was written\n",
                     trial->events ? "\n" : "", (long long)trial->events, trial->events == 1 ? "" : "s");
    }
    for (size_t i = 0; i < trial->people_count; i++)
        print_tally(line, &trial->people[i]);
    if (line->as_json) {
        json_close_array(&line->json);
        json_close_object(&line->json);
    }
}

int run_dry_run(struct command_line *line) {
    struct envelope_query query = {0};
    if (!take_days(line, 7, &query.since))
        return EXIT_USAGE;
    const char *name = take_option(line, "--rule");
    if (line->count)
        return fail_usage(line);
    struct trial trial = {.line = line};
    enum outcome outcome = read_rules(&trial, name);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no rule \"%s\"; see `pumasi rule list`", printable(line->arena, name));
    if (outcome == OUTCOME_OK)
        outcome = read_people(&trial);
    if (line->as_json) {
        json_open_object(&line->json);
        json_key(&line->json, "mails");
        json_open_array(&line->json);
    }
    if (outcome == OUTCOME_OK)
        outcome = envelope_walk(line->db, &query, try_event, &trial);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    print_summary(&trial);
    return EXIT_SUCCESS;
}
