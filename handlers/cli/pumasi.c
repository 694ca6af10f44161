/*
 * The administrator's command. It works on the database of the configuration, also while the functions run.
 * Exit status: 0 done, 1 not done (standard error says why), 2 not understood.
 */
#include "pumasi/command.h"
#include "pumasi/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run_config(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    size_t count = 0;
    const struct config_row *rows = config_rows(line->arena, line->config, &count);
    if (line->as_json)
        json_open_object(&line->json);
    for (size_t i = 0; i < count; i++) {
        if (line->as_json)
            json_add_text(&line->json, rows[i].key, rows[i].value);
        else
            buffer_print(&line->out, "# %s\n%s = %s\n", rows[i].meaning, rows[i].key, rows[i].value);
    }
    if (line->as_json)
        json_close_object(&line->json);
    return EXIT_SUCCESS;
}

static const struct command migrate_command = {
    NULL, "", "make the database, or bring it up to this release", run_migrate, NEEDS_CONFIG, NO_GRANTS};
static const struct command backup_command = {
    NULL,
    "FILE | --dir DIR [--keep N] [--with-keys] [--encrypt-to WHOM]",
    "a checked copy of the database, also while people work: a file, or one more in a folder that keeps the "
    "latest 14; for the key of age or gpg of somebody alone, then with the keys of links",
    run_backup,
    NEEDS_CONFIG,
    NO_GRANTS};
static const struct command restore_command = {
    NULL,        "FILE [--replace]", "the database as a backup has it; what it replaces is kept beside it",
    run_restore, NEEDS_CONFIG,       NO_GRANTS};
static const struct command doctor_command = {
    NULL,
    "[--thorough] [--mail ADDRESS] [--json]",
    "what goes wrong on servers, looked at, with a remedy for each finding; every page of the database, and one real "
    "mail, where asked",
    run_doctor,
    NEEDS_CONFIG,
    NO_GRANTS};
static const struct command config_command = {
    NULL, "[--json]", "every setting, its value and meaning", run_config, NEEDS_CONFIG, NO_GRANTS};
static const struct noun migrate_noun = {"migrate", "make the database, or bring it up to this release",
                                         &migrate_command, 1};
static const struct noun backup_noun = {"backup", "a checked copy of the database, also while people work",
                                        &backup_command, 1};
static const struct noun restore_noun = {"restore", "the database as a backup has it", &restore_command, 1};
static const struct noun doctor_noun = {
    "doctor", "looks at what goes wrong on servers, and says what to do about it", &doctor_command, 1};
static const struct noun config_noun = {"config", "every setting, its value and meaning", &config_command, 1};

static const struct noun *const nouns[] = {&migrate_noun, &USER_NOUN,   &RULE_NOUN,    &MAIL_NOUN,
                                           &EVENT_NOUN,   &IMPORT_NOUN, &EXPORT_NOUN,  &KEY_NOUN,
                                           &doctor_noun,  &backup_noun, &restore_noun, &config_noun};

static const struct noun *find_noun(const char *name) {
    for (size_t i = 0; i < COUNT(nouns); i++)
        if (strcmp(nouns[i]->name, name) == 0)
            return nouns[i];
    return NULL;
}

/* Where help is asked for, or nothing else can be done: of the noun that was typed, or of all. */
static int print_help(FILE *out, const char *name) {
    const struct noun *noun = name ? find_noun(name) : NULL;
    if (noun)
        help_noun(out, noun);
    else
        help_all(out, nouns, COUNT(nouns));
    return out == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* "help", "help NOUN", "--help", "NOUN --help", "NOUN VERB --help"; further behind it is the value of an
 * option. */
static bool asks_for_help(int count, char **words) {
    if (count < 1 || is_help(words[0]) || strcmp(words[0], "help") == 0)
        return count > 0;
    return (count > 1 && is_help(words[1])) || (count > 2 && is_help(words[2]));
}

static const struct command *find_command(const struct noun *noun, const char *verb) {
    for (const struct command *command = noun->commands; command < noun->commands + noun->count; command++)
        if (!command->verb || (verb && strcmp(command->verb, verb) == 0))
            return command;
    return NULL;
}

/* Fills in what was typed; false where there is no such command. */
static bool read_words(struct command_line *line, int count, char **words) {
    const struct noun *noun = count > 0 ? find_noun(words[0]) : NULL;
    if (!noun)
        return false;
    line->noun = noun->name;
    line->command = find_command(noun, count > 1 ? words[1] : NULL);
    if (!line->command)
        return false;
    int used = line->command->verb ? 2 : 1;
    line->count = count - used;
    line->words = words + used;
    line->as_json = strstr(line->command->usage, "[--json]") && take_flag(line, "--json");
    return true;
}

/* False: what the command needs is not there, which has been said. */
static bool provide(struct command_line *line) {
    const struct command *command = line->command;
    const char *error = NULL;
    if (command->needs == NEEDS_NOTHING)
        return true;
    line->config = config_read(line->arena, &error);
    if (line->config && !become_owner(line))
        return false;
    if (line->config && command->needs != NEEDS_CONFIG) {
        const struct db_options options = {
            .path = line->config->database,
            .is_read_only = command->needs == NEEDS_READING,
            .grants = command->grants,
            .grant_count = command->grant_count,
        };
        if (db_open(&options, line->arena, &line->db, &error) != DB_OPENED)
            line->config = NULL;
    }
    if (!line->config)
        (void)fail("%s", error);
    return line->config != NULL;
}

int main(int count, char **words) {
    if (asks_for_help(count - 1, words + 1))
        return print_help(stdout, find_noun(words[1]) ? words[1] : count > 2 ? words[2] : NULL);
    struct command_line line = {.arena = arena_new()};
    line.out = buffer_new(line.arena, 4096);
    line.json = json_write_to(&line.out);
    int status = EXIT_FAILURE;
    if (!read_words(&line, count - 1, words + 1))
        status = print_help(stderr, line.noun);
    else if (provide(&line))
        status = line.command->run(&line);
    if (line.as_json && status == EXIT_SUCCESS)
        buffer_add_char(&line.out, '\n');
    if (!flush_output(&line) || fflush(stdout) != 0 || ferror(stdout))
        status = fail("standard output cannot be written");
    db_close(line.db);
    arena_free(line.arena);
    return status;
}
