/* pumasi user: who can sign in. */
#include "command.h"

#include "base/utf8.h"
#include "domain/factor.h"
#include "domain/invitation.h"
#include "domain/password.h"
#include "domain/user_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct grant adding[] = {{"user", MAY_READ | MAY_INSERT}};
static const struct grant resetting[] = {
    {"user", MAY_READ},
    {"factor", MAY_READ | MAY_DELETE},
};
static const struct grant signing_out[] = {
    {"user", MAY_READ},
    {"session", MAY_READ | MAY_DELETE},
};
static const struct grant listing[] = {{"user", MAY_READ}};
static const struct grant inviting[] = {{"user", MAY_READ}, {"invitation", MAY_READ | MAY_INSERT}};
static const struct grant changing[] = {{"user", MAY_READ | MAY_UPDATE}};
static const struct grant deleting[] = {
    {"user", MAY_READ | MAY_UPDATE}, {"user.password_hash", MAY_UPDATE}, {"event", MAY_READ | MAY_UPDATE}};

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
    return arena_copy(line->arena, text);
}

/* Why a password cannot be this person's; NULL: it can. */
static const char *refusal(struct command_line *line, const struct user_new *user) {
    switch (password_check(line->arena, user->password, user->email, user->name)) {
    case PASSWORD_GOOD:
        return NULL;
    case PASSWORD_BREACHED:
        return "the password stands in lists that attackers try first; please choose another";
    case PASSWORD_OWN:
        return "the password is the person's own name or address; please choose another";
    case PASSWORD_TOO_SHORT:
    case PASSWORD_TOO_LONG:
        break;
    }
    return "the password must have 8 to 128 characters";
}

static int run_add(struct command_line *line) {
    struct user_new user = {
        .email = take_option(line, "--email"), .name = take_option(line, "--name"), .is_verified = true};
    const char *language = take_option(line, "--language");
    user.is_admin = take_flag(line, "--admin");
    if (line->count || !user.email || !user.name)
        return fail_usage(line);
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
        return fail("the password, one line on standard input, must be UTF-8 without control characters");
    const char *refused = refusal(line, &user);
    if (refused)
        return fail("%s", refused);
    struct user created;
    enum outcome outcome = user_create(line->db, line->arena, &user, &created);
    if (outcome == OUTCOME_EXISTS)
        return fail("there is an account with this address already");
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    buffer_print(&line->out, "%lld %s\n", (long long)created.id, created.email);
    return EXIT_SUCCESS;
}

static void list_user(struct command_line *line, const struct user *user) {
    const char *role = user->is_admin ? "admin" : "member";
    if (!line->as_json) {
        buffer_print(&line->out, "%5lld  %-6s  %s  %s <%s>%s\n", (long long)user->id, role,
                     language_code(user->language), printable(line->arena, user->name), user->email,
                     user->is_disabled ? "  disabled" : "");
        return;
    }
    json_open_object(&line->json);
    json_add_integer(&line->json, "id", user->id);
    json_add_text(&line->json, "email", user->email);
    json_add_text(&line->json, "name", user->name);
    json_add_text(&line->json, "role", role);
    json_add_text(&line->json, "language", language_code(user->language));
    json_add_boolean(&line->json, "is_disabled", user->is_disabled);
    json_close_object(&line->json);
}

static int run_list(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    struct user *users = NULL;
    size_t count = 0;
    enum outcome outcome = user_list(line->db, line->arena, &users, &count);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    open_list(line);
    for (size_t i = 0; i < count; i++)
        list_user(line, &users[i]);
    close_list(line);
    return EXIT_SUCCESS;
}

/* The one word that is left: an address, or a number. */
static int find_person(struct command_line *line, struct user *user) {
    int64_t id = 0;
    enum outcome outcome = OUTCOME_NOT_FOUND;
    if (strchr(line->words[0], '@'))
        outcome = user_find_by_email(line->db, line->arena, line->words[0], user);
    else if (take_id(line, &id))
        outcome = user_find(line->db, line->arena, id, user);
    else
        return EXIT_USAGE;
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no such person; see `pumasi user list`");
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : fail_outcome(line, outcome);
}

static int end(const struct command_line *line, enum outcome outcome) {
    if (outcome == OUTCOME_OK)
        return EXIT_SUCCESS;
    if (outcome == OUTCOME_CONFLICT)
        return fail("this is the last administrator; make somebody else one first");
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no such person; see `pumasi user list`");
    return fail_outcome(line, outcome);
}

static int set_rights(struct command_line *line, const struct user_rights *rights) {
    struct user user = {0};
    if (line->count != 1)
        return fail_usage(line);
    int status = find_person(line, &user);
    if (status != EXIT_SUCCESS)
        return status;
    return end(line, user_set_rights(line->db, line->arena, &ACTOR_AT_SERVER, user.id, rights, &user));
}

static int run_role(struct command_line *line) {
    if (line->count != 2)
        return fail_usage(line);
    const char *role = line->words[--line->count];
    const bool is_admin = strcmp(role, "admin") == 0;
    if (!is_admin && strcmp(role, "member") != 0)
        return fail("the role must be member or admin");
    return set_rights(line, &(struct user_rights){.is_admin = &is_admin});
}

static int run_disable(struct command_line *line) {
    return set_rights(line, &(struct user_rights){.is_disabled = &(const bool){true}});
}

static int run_enable(struct command_line *line) {
    return set_rights(line, &(struct user_rights){.is_disabled = &(const bool){false}});
}

static int run_delete(struct command_line *line) {
    struct user user = {0};
    if (line->count != 1)
        return fail_usage(line);
    int status = find_person(line, &user);
    if (status != EXIT_SUCCESS)
        return status;
    return end(
        line, user_delete(line->db, line->arena, &ACTOR_AT_SERVER, user.id, NULL, &(struct proof_result){0}));
}

static int run_invite(struct command_line *line) {
    struct invitation_new wanted = {.email = take_option(line, "--email")};
    wanted.is_admin = take_flag(line, "--admin");
    if (line->count)
        return fail_usage(line);
    if (wanted.email && !user_email_is_valid(wanted.email))
        return fail("the address must be like name@example.org");
    struct invitation invitation = {0};
    const char *token = NULL;
    enum outcome outcome =
        invitation_create(line->db, line->arena, &ACTOR_AT_SERVER, &wanted, &invitation, &token);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    buffer_print(&line->out, "%s\n", invitation_link(line->arena, line->config->base_url, token));
    return EXIT_SUCCESS;
}

/* Whoever asks for this by telephone or mail should be known to be the one. */
static int run_reset_factor(struct command_line *line) {
    if (line->count != 1)
        return fail_usage(line);
    struct user user;
    enum outcome outcome = user_find_by_email(line->db, line->arena, line->words[0], &user);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no account with this address");
    if (outcome == OUTCOME_OK)
        outcome = factor_reset(line->db, user.id);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("this account has no second factor");
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    buffer_print(&line->out, "%s signs in with the password alone now; all sessions are ended\n", user.email);
    return EXIT_SUCCESS;
}

static int run_sign_out(struct command_line *line) {
    bool is_all = take_flag(line, "--all");
    if (line->count != (is_all ? 0 : 1))
        return fail_usage(line);
    int64_t ended = 0;
    struct user user;
    enum outcome outcome = is_all ? session_end_every(line->db, &ended)
                                  : user_find_by_email(line->db, line->arena, line->words[0], &user);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no account with this address");
    if (outcome == OUTCOME_OK && !is_all)
        outcome = session_end_others(line->db, user.id, 0);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    if (is_all)
        buffer_print(&line->out, "%lld sessions are ended\n", (long long)ended);
    else
        buffer_print(&line->out, "all sessions of %s are ended\n", user.email);
    return EXIT_SUCCESS;
}

static const struct command commands[] = {
    {"add", "--email ADDRESS --name NAME [--language en|ko] [--admin]",
     "make an account; its password is read from standard input", run_add, NEEDS_WRITING, GRANTS(adding)},
    {"list", "[--json]", "everyone who can sign in", run_list, NEEDS_READING, GRANTS(listing)},
    {"invite", "[--email ADDRESS] [--admin]", "a link for one new account, good for a week", run_invite,
     NEEDS_WRITING, GRANTS(inviting)},
    {"role", "ADDRESS|ID member|admin", "give or take an administrator's rights", run_role, NEEDS_WRITING,
     GRANTS(changing)},
    {"disable", "ADDRESS|ID", "shut out: sessions and tokens end at once, no mails", run_disable,
     NEEDS_WRITING, GRANTS(changing)},
    {"enable", "ADDRESS|ID", "let in again", run_enable, NEEDS_WRITING, GRANTS(changing)},
    {"delete", "ADDRESS|ID", "end an account for good: tasks stay, name and address go", run_delete,
     NEEDS_WRITING, GRANTS(deleting)},
    {"reset-factor", "ADDRESS", "take the second factor away from who lost app and recovery codes",
     run_reset_factor, NEEDS_WRITING, GRANTS(resetting)},
    {"sign-out", "ADDRESS | --all", "end all sessions of a person, or everybody's", run_sign_out,
     NEEDS_WRITING, GRANTS(signing_out)},
};
const struct noun USER_NOUN = {"user", "who comes in, and what she may", commands, COUNT(commands)};
