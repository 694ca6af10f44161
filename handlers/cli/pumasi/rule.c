/* pumasi rule: which events are mailed, to whom, and how soon. */
#include "command.h"

#include "domain/rule.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static const struct grant reading[] = {{"rule", MAY_READ}};
static const struct grant adding[] = {{"rule", MAY_INSERT}, {"user", MAY_READ}};
static const struct grant editing[] = {{"rule", MAY_READ | MAY_UPDATE}, {"user", MAY_READ}};
static const struct grant switching[] = {{"rule", MAY_READ | MAY_UPDATE}};
static const struct grant deleting[] = {{"rule", MAY_READ | MAY_DELETE}};
static const struct grant trying[] = {{"rule", MAY_READ},
                                      {"event", MAY_READ},
                                      {"user", MAY_READ},
                                      {"task_watcher", MAY_READ},
                                      {"suppression", MAY_READ}};

static void list_rule(struct command_line *line, const struct rule *rule) {
    if (!line->as_json) {
        buffer_print(&line->out, "%-16s  %-8s  %-9s  %-8s  %s%s\n", printable(line->arena, rule->name),
                     rule->is_enabled ? "enabled" : "disabled", rule->how, rule->who,
                     printable(line->arena, rule->pattern),
                     rule->parsed ? "" : "  (matches nothing: it is no valid pattern)");
        return;
    }
    json_open_object(&line->json);
    json_add_integer(&line->json, "id", rule->id);
    json_add_text(&line->json, "name", rule->name);
    json_add_boolean(&line->json, "is_enabled", rule->is_enabled);
    json_add_text(&line->json, "who", rule->who);
    json_add_text(&line->json, "how", rule->how);
    json_add_raw(&line->json, "pattern", rule->pattern);
    json_add_boolean(&line->json, "is_valid", rule->parsed != NULL);
    json_close_object(&line->json);
}

static int run_list(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    struct rule *rules = NULL;
    size_t count = 0;
    enum outcome outcome = rule_list(line->db, line->arena, false, &rules, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    open_list(line);
    for (size_t i = 0; i < count; i++)
        list_rule(line, &rules[i]);
    close_list(line);
    return EXIT_SUCCESS;
}

/* How a change of a rule ended. */
static int end(const struct command_line *line, enum outcome outcome, const char *name) {
    if (outcome == OUTCOME_OK)
        return EXIT_SUCCESS;
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no rule \"%s\"; see `pumasi rule list`", printable(line->arena, name));
    if (outcome == OUTCOME_EXISTS)
        return fail("there is a rule of this name already; `pumasi rule edit` changes it");
    if (outcome == OUTCOME_INVALID)
        return fail("--who names a person who is not there; see `pumasi user list`");
    return fail_outcome(line, outcome);
}

static int run_add(struct command_line *line) {
    const char *how = take_option(line, "--how");
    struct rule rule = {
        .pattern = take_option(line, "--pattern"),
        .who = take_option(line, "--who"),
        .how = how ? how : "coalesced",
        .is_enabled = true,
    };
    if (line->count != 1 || !rule.pattern || !rule.who)
        return fail_usage(line);
    rule.name = line->words[0];
    const char *fault = rule_fault(line->arena, &rule);
    return fault ? fail("%s", fault) : end(line, rule_add(line->db, &rule), rule.name);
}

static int run_edit(struct command_line *line) {
    const char *name = take_option(line, "--name");
    const char *pattern = take_option(line, "--pattern");
    const char *who = take_option(line, "--who");
    const char *how = take_option(line, "--how");
    if (line->count != 1 || (!name && !pattern && !who && !how))
        return fail_usage(line);
    struct rule rule;
    enum outcome outcome = rule_find(line->db, line->arena, line->words[0], &rule);
    if (outcome != OUTCOME_OK)
        return end(line, outcome, line->words[0]);
    rule.name = name ? name : rule.name;
    rule.pattern = pattern ? pattern : rule.pattern;
    rule.who = who ? who : rule.who;
    rule.how = how ? how : rule.how;
    const char *fault = rule_fault(line->arena, &rule);
    return fault ? fail("%s", fault) : end(line, rule_edit(line->db, line->words[0], &rule), line->words[0]);
}

static int switch_rule(struct command_line *line, bool is_enabled) {
    if (line->count != 1)
        return fail_usage(line);
    return end(line, rule_enable(line->db, line->words[0], is_enabled), line->words[0]);
}

static int run_enable(struct command_line *line) {
    return switch_rule(line, true);
}

static int run_disable(struct command_line *line) {
    return switch_rule(line, false);
}

static int run_delete(struct command_line *line) {
    if (line->count != 1)
        return fail_usage(line);
    return end(line, rule_delete(line->db, line->words[0]), line->words[0]);
}

/* Its exit status is the answer: 0 match, 1 no match, 2 not understood. */
static int run_match(struct command_line *line) {
    if (line->count != 2)
        return fail_usage(line);
    const char *error = NULL;
    const struct pattern *pattern =
        pattern_parse(line->arena, line->words[0], strlen(line->words[0]), &error);
    struct json_object *event =
        pattern ? pattern_event_parse(line->arena, line->words[1], strlen(line->words[1]), &error) : NULL;
    if (!event) {
        (void)fail("%s", error);
        return EXIT_USAGE;
    }
    bool matches = pattern_matches(pattern, event);
    (void)json_object_put(event);
    buffer_add(&line->out, matches ? "match\n" : "no match\n");
    return matches ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct command commands[] = {
    {"list", "[--json]", "which events are mailed, to whom, and how soon", run_list, NEEDS_READING,
     GRANTS(reading)},
    {"add",
     "NAME --pattern JSON --who involved|assignee|creator|watchers|admins|everyone|user:ID "
     "[--how instant|coalesced]",
     "mail events that match a pattern, from now on", run_add, NEEDS_WRITING, GRANTS(adding)},
    {"edit", "NAME [--name NEW] [--pattern JSON] [--who WHO] [--how HOW]", "change a rule", run_edit,
     NEEDS_WRITING, GRANTS(editing)},
    {"enable", "NAME", "let a rule work again", run_enable, NEEDS_WRITING, GRANTS(switching)},
    {"disable", "NAME", "let a rule rest", run_disable, NEEDS_WRITING, GRANTS(switching)},
    {"delete", "NAME", "remove a rule", run_delete, NEEDS_WRITING, GRANTS(deleting)},
    {"match", "PATTERN EVENT", "try a pattern on an event, two JSON texts: exit status 0 match, 1 no match",
     run_match, NEEDS_NOTHING, NO_GRANTS},
    {"dry-run", "[--days N] [--rule NAME] [--json]",
     "who would have been mailed about the last days (7) by the present rules, or by one alone; writes "
     "nothing",
     run_dry_run, NEEDS_READING, GRANTS(trying)},
};
const struct noun RULE_NOUN = {"rule", "which events are mailed, to whom, and how soon", commands,
                               COUNT(commands)};
