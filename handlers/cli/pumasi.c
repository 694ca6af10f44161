/*
 * The administrator's command: pumasi migrate, user, mail, config. It works on the database of the
 * configuration, also while the functions run. Exit status: 0 done, 1 not done (standard error says why), 2
 * not understood.
 */
#include "base/clock.h"
#include "base/config.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "data/migration.h"
#include "domain/delivery.h"
#include "domain/password.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

struct command_line;

struct command {
    const char *noun;
    const char *verb; /* NULL: the noun alone */
    const char *usage;
    const char *purpose;
    int (*run)(struct command_line *line);
};

/* What was typed, and what every command needs. */
struct command_line {
    struct arena *arena;
    const struct config *config;
    struct db *db;
    int count; /* words behind noun and verb */
    char **words;
    bool as_json;
};

static const struct grant grants[] = {
    {"user", MAY_READ | MAY_INSERT},
    {"task", MAY_READ},
    {"event", MAY_READ},
    {"delivery", MAY_READ | MAY_UPDATE},
};

static int fail(const char *why) {
    (void)fprintf(stderr, "pumasi: %s\n", why);
    return EXIT_FAILURE;
}

static int fail_outcome(const struct command_line *line, enum outcome outcome) {
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no such thing");
    return fail(outcome == OUTCOME_BUSY ? "the database is busy; try again" : db_error(line->db));
}

static bool open_database(struct command_line *line) {
    const struct db_options options = {
        .path = line->config->database,
        .grants = grants,
        .grant_count = COUNT(grants),
    };
    const char *error = NULL;
    if (db_open(&options, line->arena, &line->db, &error) == DB_OPENED)
        return true;
    (void)fail(error);
    return false;
}

/* The value behind an option, taken out of the words; NULL where it does not stand there. */
static const char *take_option(struct command_line *line, const char *name) {
    for (int i = 0; i + 1 < line->count; i++) {
        if (strcmp(line->words[i], name) != 0)
            continue;
        const char *value = line->words[i + 1];
        for (int j = i; j + 2 < line->count; j++)
            line->words[j] = line->words[j + 2];
        line->count -= 2;
        return value;
    }
    return NULL;
}

static bool take_flag(struct command_line *line, const char *name) {
    for (int i = 0; i < line->count; i++) {
        if (strcmp(line->words[i], name) != 0)
            continue;
        for (int j = i; j + 1 < line->count; j++)
            line->words[j] = line->words[j + 1];
        line->count--;
        return true;
    }
    return false;
}

/* ---- commands ---- */

static int run_migrate(struct command_line *line) {
    size_t applied = 0;
    const char *error = NULL;
    if (!migrate(line->config->database, line->arena, &applied, &error))
        return fail(error);
    (void)printf("%s: schema %zu, %zu migration%s applied\n", line->config->database, MIGRATION_COUNT,
                 applied, applied == 1 ? "" : "s");
    return EXIT_SUCCESS;
}

/* One line of standard input, so that a password stands in no list of processes. */
static const char *read_password(struct command_line *line) {
    if (isatty(STDIN_FILENO))
        (void)fputs("Password: ", stderr);
    char text[PASSWORD_MOST * 4 + 2];
    if (!fgets(text, sizeof(text), stdin))
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    size_t size = strlen(text);
    if (!utf8_is_valid(text, size) || utf8_has_control(text, size))
        return NULL;
    size_t count = utf8_count(text, size);
    return count >= PASSWORD_LEAST && count <= PASSWORD_MOST ? arena_copy(line->arena, text) : NULL;
}

static int run_user_add(struct command_line *line) {
    struct user_new user = {.email = take_option(line, "--email"), .name = take_option(line, "--name")};
    const char *language = take_option(line, "--language");
    user.is_admin = take_flag(line, "--admin");
    if (line->count || !user.email || !user.name)
        return EXIT_USAGE;
    if (!user_email_is_valid(user.email))
        return fail("the address must be like name@example.org");
    size_t size = strlen(user.name);
    if (!utf8_is_valid(user.name, size) || utf8_has_control(user.name, size) || !size ||
        utf8_count(user.name, size) > USER_MOST_NAME)
        return fail("the name must have 1 to 100 characters");
    if (language && !language_from_code(language, &user.language))
        return fail("the language must be en or ko");
    user.password = read_password(line);
    if (!user.password)
        return fail("the password, one line on standard input, must have 8 to 128 characters");
    struct user created;
    enum outcome outcome = user_create(line->db, line->arena, &user, &created);
    if (outcome == OUTCOME_EXISTS)
        return fail("there is an account with this address already");
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    (void)printf("%lld %s\n", (long long)created.id, created.email);
    return EXIT_SUCCESS;
}

static int print_json(const struct buffer *out) {
    return puts(out->data) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_user_list(struct command_line *line) {
    if (line->count)
        return EXIT_USAGE;
    struct user *users = NULL;
    size_t count = 0;
    enum outcome outcome = user_list(line->db, line->arena, &users, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    struct buffer out = buffer_new(line->arena, 256);
    struct json_writer json = json_write_to(&out);
    json_open_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_open_object(&json);
        json_add_integer(&json, "id", users[i].id);
        json_add_text(&json, "email", users[i].email);
        json_add_text(&json, "name", users[i].name);
        json_add_text(&json, "role", users[i].is_admin ? "admin" : "member");
        json_add_text(&json, "language", language_code(users[i].language));
        json_close_object(&json);
        if (!line->as_json)
            (void)printf("%5lld  %-6s  %s  %s <%s>\n", (long long)users[i].id,
                         users[i].is_admin ? "admin" : "member", language_code(users[i].language),
                         users[i].name, users[i].email);
    }
    json_close_array(&json);
    return line->as_json ? print_json(&out) : EXIT_SUCCESS;
}

static int run_mail_list(struct command_line *line) {
    enum { MOST_LISTED = 1000 };
    const char *state = take_option(line, "--state");
    if (line->count)
        return EXIT_USAGE;
    struct delivery_row *rows = NULL;
    size_t count = 0;
    enum outcome outcome = delivery_list(line->db, line->arena, state, MOST_LISTED, &rows, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    struct buffer out = buffer_new(line->arena, 256);
    struct json_writer json = json_write_to(&out);
    json_open_array(&json);
    for (size_t i = 0; i < count; i++) {
        char time[CLOCK_RFC3339_BYTES];
        clock_write_rfc3339(rows[i].created_at, time);
        json_open_object(&json);
        json_add_integer(&json, "id", rows[i].id);
        json_add_integer(&json, "task_id", rows[i].task_id);
        json_add_text(&json, "to", rows[i].email);
        json_add_text(&json, "state", rows[i].state);
        json_add_integer(&json, "attempts", rows[i].attempts);
        json_add_text(&json, "created_at", time);
        json_add_text(&json, "error", rows[i].error);
        json_close_object(&json);
        if (!line->as_json)
            (void)printf("%6lld  %s  %-7s  task #%lld  %s%s%s\n", (long long)rows[i].id, time, rows[i].state,
                         (long long)rows[i].task_id, rows[i].email, rows[i].error ? "  " : "",
                         rows[i].error ? rows[i].error : "");
    }
    json_close_array(&json);
    return line->as_json ? print_json(&out) : EXIT_SUCCESS;
}

static int run_mail_retry(struct command_line *line) {
    char *end = NULL;
    long long id = line->count == 1 ? strtoll(line->words[0], &end, 10) : 0;
    if (id <= 0 || *end)
        return EXIT_USAGE;
    enum outcome outcome = delivery_revive(line->db, id);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no dead, failed or waiting mail of this number; see `pumasi mail list`");
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

static int run_config(struct command_line *line) {
    if (line->count)
        return EXIT_USAGE;
    size_t count = 0;
    const struct config_row *rows = config_rows(line->arena, line->config, &count);
    struct buffer out = buffer_new(line->arena, 256);
    struct json_writer json = json_write_to(&out);
    json_open_object(&json);
    for (size_t i = 0; i < count; i++) {
        json_add_text(&json, rows[i].key, rows[i].value);
        if (!line->as_json)
            (void)printf("# %s\n%s = %s\n", rows[i].meaning, rows[i].key, rows[i].value);
    }
    json_close_object(&json);
    return line->as_json ? print_json(&out) : EXIT_SUCCESS;
}

static const struct command commands[] = {
    {"migrate", NULL, "", "make the database, or bring it up to this release", run_migrate},
    {"user", "add", "--email ADDRESS --name NAME [--language en|ko] [--admin]",
     "make an account; its password is read from standard input", run_user_add},
    {"user", "list", "[--json]", "everyone who can sign in", run_user_list},
    {"mail", "list", "[--state pending|leased|retry|sent|failed|dead] [--json]", "what became of the mails",
     run_mail_list},
    {"mail", "retry", "ID", "send a dead or failed mail once more", run_mail_retry},
    {"config", NULL, "[--json]", "every setting, its value and meaning", run_config},
};

static int print_usage(FILE *out) {
    (void)fputs("Usage: pumasi COMMAND\n\n", out);
    for (size_t i = 0; i < COUNT(commands); i++)
        (void)fprintf(out, "  %s%s%s %s\n      %s\n", commands[i].noun, commands[i].verb ? " " : "",
                      commands[i].verb ? commands[i].verb : "", commands[i].usage, commands[i].purpose);
    (void)fputs("\nThe configuration is /etc/pumasi.conf, or the file that PUMASI_CONFIG names.\n", out);
    return out == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

static const struct command *find_command(int count, char **words, int *used) {
    for (size_t i = 0; i < COUNT(commands); i++) {
        int needs = commands[i].verb ? 2 : 1;
        if (count >= needs && strcmp(words[0], commands[i].noun) == 0 &&
            (!commands[i].verb || strcmp(words[1], commands[i].verb) == 0)) {
            *used = needs;
            return &commands[i];
        }
    }
    return NULL;
}

int main(int count, char **words) {
    if (count == 2 && (strcmp(words[1], "--help") == 0 || strcmp(words[1], "help") == 0))
        return print_usage(stdout);
    int used = 0;
    const struct command *command = find_command(count - 1, words + 1, &used);
    if (!command)
        return print_usage(stderr);
    struct command_line line = {.arena = arena_new(), .count = count - 1 - used, .words = words + 1 + used};
    line.as_json = take_flag(&line, "--json");
    const char *error = NULL;
    int status = EXIT_FAILURE;
    line.config = config_read(line.arena, &error);
    bool needs_database = command->run != run_migrate && command->run != run_config;
    if (!line.config)
        (void)fail(error);
    else if (!needs_database || open_database(&line))
        status = command->run(&line);
    if (status == EXIT_USAGE)
        (void)fprintf(stderr, "Usage: pumasi %s%s%s %s\n", command->noun, command->verb ? " " : "",
                      command->verb ? command->verb : "", command->usage);
    db_close(line.db);
    arena_free(line.arena);
    return status;
}
