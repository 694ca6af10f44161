#pragma once
/*
 * What the files of `pumasi` share. A noun of the command line is a file, with a table of its commands at the
 * end; each command says what it needs, and may do no more. Output gathers in `out` and leaves when it ends
 * (or, of long lists, in pieces); what went wrong stands on standard error.
 */

#include "base/config.h"
#include "base/json_write.h"
#include "domain/outcome.h"

enum { DAY_S = 24 * 3600 };
enum { EXIT_USAGE = 2 }; /* not understood; nothing was done */

/* What was typed, and what every command needs. */
struct command_line {
    struct arena *arena;
    const struct command *command;
    const char *noun;
    const struct config *config; /* NULL: the command needs none */
    struct db *db;               /* NULL: the command needs none */
    int count;                   /* words behind noun and verb */
    char **words;
    bool as_json;
    struct buffer out;
    struct json_writer json; /* writes into `out` */
};

enum command_needs {
    NEEDS_NOTHING,
    NEEDS_CONFIG,
    NEEDS_READING, /* the database, open for reading only */
    NEEDS_WRITING,
};

struct command {
    const char *verb;  /* NULL: the noun alone */
    const char *usage; /* what follows; --json is taken out of the words where it stands here */
    const char *purpose;
    int (*run)(struct command_line *line); /* an exit status */
    enum command_needs needs;
    const struct grant *grants;
    size_t grant_count;
};
#define GRANTS(list) (list), COUNT(list)
#define NO_GRANTS NULL, 0

struct noun {
    const char *name;
    const char *purpose; /* fits a line of 80 columns behind the name */
    const struct command *commands;
    size_t count;
};
extern const struct noun USER_NOUN;
extern const struct noun RULE_NOUN;
extern const struct noun MAIL_NOUN;
extern const struct noun EVENT_NOUN;
extern const struct noun KEY_NOUN;
extern const struct noun IMPORT_NOUN;
extern const struct noun EXPORT_NOUN;

/* Root becomes the user whom the database belongs to. False: it cannot, which has been said. */
MUST_CHECK bool become_owner(struct command_line *line);

/* Commands with a file of their own. */
int run_backup(struct command_line *line);
int run_doctor(struct command_line *line);
int run_dry_run(struct command_line *line);
int run_migrate(struct command_line *line);
int run_mail_show(struct command_line *line);
int run_mail_test(struct command_line *line);
int run_restore(struct command_line *line);

/* ---- words ---- */

/* The value behind an option, taken out of the words; NULL where it does not stand there. */
const char *take_option(struct command_line *line, const char *name);
MUST_CHECK bool take_flag(struct command_line *line, const char *name);

/* The number behind an option, or `otherwise` where it does not stand there. False: it is none, which has
 * been said; the command ends with EXIT_USAGE. */
MUST_CHECK bool take_number(struct command_line *line, const char *name, int64_t least, int64_t most,
                            int64_t otherwise, int64_t *number);

/* --days as the time when so many days ago was; `otherwise` days, or 0 for that time where that is 0, too. */
MUST_CHECK bool take_days(struct command_line *line, int64_t otherwise, int64_t *since);

/* The one word that is left as a number above 0. */
MUST_CHECK bool take_id(struct command_line *line, int64_t *id);

/* ---- what is said ---- */

/* Why it was not done, on standard error; the exit status for that. */
int fail(const char *format, ...) PRINTF_LIKE(1, 2);
int fail_outcome(const struct command_line *line, enum outcome outcome);
int fail_usage(const struct command_line *line);

/* `out` goes to standard output. False: it cannot. */
MUST_CHECK bool flush_output(struct command_line *line);

/* Around the members of a list: of a JSON array, or of lines. */
void open_list(struct command_line *line);
void close_list(struct command_line *line);

/* Text from people or servers as one line that leaves a terminal as it is. */
const char *printable(struct arena *arena, const char *text);

const char *time_text(struct arena *arena, int64_t time);

/* "50 s", "12 min", "3 h 5 min", "2 d 4 h" */
const char *span_text(struct arena *arena, int64_t seconds);
