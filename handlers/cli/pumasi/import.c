/* pumasi import: what a team comes from becomes tasks here. */
#include "command.h"

#include "domain/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct grant importing[] = {
    {"task", MAY_READ | MAY_INSERT | MAY_UPDATE},
    {"comment", MAY_READ | MAY_INSERT},
    {"task_watcher", MAY_READ | MAY_INSERT},
    {"import_origin", MAY_READ | MAY_INSERT | MAY_UPDATE},
    {"user", MAY_READ},
    {"event", MAY_READ},
    {"outbox", MAY_READ | MAY_DELETE},
    {"import_silence", MAY_READ | MAY_INSERT},
};

/* ---- what was asked for ---- */

/* Each OPTION "NAME=VALUE" of the words. False, which has been said: one is not like that. */
static bool take_pairs(struct command_line *line, const char *option, struct import_pairs *pairs) {
    struct import_pair *list = NULL;
    for (const char *text; (text = take_option(line, option));) {
        const char *sign = strrchr(text, '=');
        if (!sign || sign == text || !sign[1]) {
            (void)fail("%s must be like \"NAME=VALUE\", not \"%s\"", option, printable(line->arena, text));
            return false;
        }
        list = arena_grow(line->arena, list, pairs->count, sizeof(*list));
        list[pairs->count++] =
            (struct import_pair){.from = arena_copy_bytes(line->arena, text, (size_t)(sign - text)),
                                 .to = arena_copy(line->arena, sign + 1)};
    }
    pairs->pairs = list;
    return true;
}

static bool check_states(const struct import_pairs *states) {
    for (size_t i = 0; i < states->count; i++) {
        const char *state = states->pairs[i].to;
        if (strcmp(state, "todo") != 0 && strcmp(state, "doing") != 0 && strcmp(state, "done") != 0) {
            (void)fail("--map: a state is todo, doing or done, not \"%s\"", state);
            return false;
        }
    }
    return true;
}

static const struct import_format *take_format(struct command_line *line) {
    const char *name = take_option(line, "--from");
    const struct import_format *format = name ? import_format_find(name) : NULL;
    if (!format) {
        (void)fail("say --from and where the file is from:");
        for (size_t i = 0; i < IMPORT_FORMAT_COUNT; i++)
            (void)fprintf(stderr, "  %-9s %s\n", IMPORT_FORMATS[i].name, IMPORT_FORMATS[i].what);
    }
    return format;
}

/* In whose name things are made that nobody known made: --as, or the only administrator. */
static bool find_actor(struct command_line *line, const struct import_people *people, const char *address,
                       struct user *actor) {
    size_t found = 0;
    for (size_t i = 0; i < people->user_count; i++) {
        const struct user *user = &people->users[i];
        bool is_meant =
            address ? strcasecmp(user->email, address) == 0 : user->is_admin && !user->is_disabled;
        if (is_meant && !found++)
            *actor = *user;
    }
    if (found == 1)
        return true;
    if (address)
        (void)fail("--as: nobody has the address %s; see `pumasi user list`",
                   printable(line->arena, address));
    else
        (void)fail("say --as ADDRESS: in whose name is that made which nobody known made?");
    return false;
}

/* ---- what is said ---- */

static void show_progress(size_t done, size_t all) {
    (void)fprintf(stderr, "\r%zu of %zu tasks%s", done, all, done == all ? "\n" : "");
}

static int say_faults(struct command_line *line, const struct import *import) {
    for (size_t i = 0; i < import->fault_count; i++)
        (void)fail("%s", printable(line->arena, import->faults[i]));
    return fail("nothing is imported; please mend that and try again");
}

static void write_lists(struct command_line *line, const struct import *import,
                        const struct import_people *people, const struct import_report *report,
                        bool is_dry_run) {
    struct buffer *out = &line->out;
    struct arena *arena = line->arena;
    for (size_t i = 0; i < report->line_count && is_dry_run; i++)
        buffer_print(out, "%s\n", printable(arena, report->lines[i]));
    for (size_t i = 0; i < people->count; i++) {
        const struct import_match *match = &people->matches[i];
        buffer_print(out, "%s: %s%s%s\n", printable(arena, import_person_name(&match->person)),
                     match->user ? match->user->email : "nobody here, or several; stays named in the text",
                     match->user ? ", by " : "", match->user ? match->how : "");
    }
    for (size_t i = 0; i < import->note_count; i++)
        buffer_print(out, "note: %s\n", printable(arena, import->notes[i]));
}

static void write_counts(struct command_line *line, const struct import_report *report,
                         const struct import_target *target) {
    struct buffer *out = &line->out;
    buffer_print(out, "tasks: %zu new, %zu changed, %zu as before", report->tasks_new, report->tasks_changed,
                 report->tasks_same);
    if (report->tasks_in_bin)
        buffer_print(out, ", %zu in the bin", report->tasks_in_bin);
    buffer_print(out, "\ncomments: %zu new, %zu as before\n", report->comments_new, report->comments_same);
    if (target->is_dry_run)
        buffer_add(out, "That would be so: nothing is written. Without --dry-run it is.\n");
    else
        buffer_print(out, "%s\n", target->is_mailed ? "It is mailed by the rules." : "Nobody is mailed.");
}

static void write_texts(struct json_writer *json, const char *key, const char *const *texts, size_t count) {
    json_key(json, key);
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        json_text(json, texts[i]);
    json_close_array(json);
}

static void write_json(struct command_line *line, const struct import *import,
                       const struct import_people *people, const struct import_report *report) {
    struct json_writer *json = &line->json;
    json_open_object(json);
    json_add_integer(json, "tasks_new", (int64_t)report->tasks_new);
    json_add_integer(json, "tasks_changed", (int64_t)report->tasks_changed);
    json_add_integer(json, "tasks_same", (int64_t)report->tasks_same);
    json_add_integer(json, "tasks_in_bin", (int64_t)report->tasks_in_bin);
    json_add_integer(json, "comments_new", (int64_t)report->comments_new);
    json_add_integer(json, "comments_same", (int64_t)report->comments_same);
    write_texts(json, "lines", report->lines, report->line_count);
    write_texts(json, "notes", import->notes, import->note_count);
    json_key(json, "people");
    json_open_array(json);
    for (size_t i = 0; i < people->count; i++) {
        const struct import_match *match = &people->matches[i];
        json_open_object(json);
        json_add_text(json, "name", import_person_name(&match->person));
        json_add_text(json, "email", match->user ? match->user->email : NULL);
        json_add_text(json, "by", match->how);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

/* ---- the command ---- */

/* The file, and with it the people who are named there. False, which has been said. */
static bool read_all(struct command_line *line, struct import *import, const struct import_format *format,
                     const char *as, struct import_target *target, struct import_people *people) {
    enum outcome outcome = import_people_read(line->db, import, people);
    if (outcome != OUTCOME_OK) {
        (void)fail_outcome(line, outcome);
        return false;
    }
    if (!find_actor(line, people, as, &target->actor))
        return false;
    import->time_zone = target->actor.mail.time_zone;
    import_read(import, format, line->words[0]);
    if (import->fault_count)
        (void)say_faults(line, import);
    return !import->fault_count;
}

static int run_import(struct command_line *line) {
    struct import import = {.arena = line->arena};
    const char *as = take_option(line, "--as");
    const char *source = take_option(line, "--source");
    struct import_target target = {.is_mailed = take_flag(line, "--mail"),
                                   .is_dry_run = take_flag(line, "--dry-run")};
    import.is_day_first = take_flag(line, "--day-first");
    const struct import_format *format = take_format(line);
    if (!format || !take_pairs(line, "--map", &import.states) ||
        !take_pairs(line, "--column", &import.columns) || !take_pairs(line, "--person", &import.people) ||
        !check_states(&import.states))
        return EXIT_USAGE;
    if (line->count != 1 || (source && (!*source || strlen(source) > IMPORT_MOST_SOURCE)))
        return fail_usage(line);
    import.program = format->program;
    target.source = source ? source : format->name;
    target.show_progress = isatty(STDERR_FILENO) ? show_progress : NULL;
    struct import_people people = {0};
    struct import_report report = {0};
    if (!read_all(line, &import, format, as, &target, &people))
        return EXIT_FAILURE;
    enum outcome outcome = import_write(line->db, &import, &target, &people, &report);
    if (import.fault_count)
        return say_faults(line, &import);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    if (line->as_json) {
        write_json(line, &import, &people, &report);
    } else {
        write_lists(line, &import, &people, &report, target.is_dry_run);
        write_counts(line, &report, &target);
    }
    return EXIT_SUCCESS;
}

static const struct command import_command = {
    NULL,
    "FILE --from csv|kanboard|trello|vikunja|github|pumasi [--dry-run] [--as ADDRESS] [--map \"COLUMN=todo|doing|done\"]... "
    "[--person \"NAME=ADDRESS\"]... [--column \"NAME=FIELD\"]... [--source NAME] [--day-first] [--mail] [--json]",
    "tasks and comments of another program, once: repeated, it takes what is new; with --dry-run it only says what it "
    "would do, and mails go out with --mail alone",
    run_import,
    NEEDS_WRITING,
    GRANTS(importing)};
const struct noun IMPORT_NOUN = {"import", "tasks from CSV, Kanboard, Trello, Vikunja and GitHub",
                                 &import_command, 1};
