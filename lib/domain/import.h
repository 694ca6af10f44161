#pragma once
/*
 * Moving in: tasks of other programs become tasks here.
 *
 *     a file --format's reader--> struct import --import_write--> tasks, comments, origins
 *
 * A reader (one file a format) knows only its format: it fills the lists below. Whatever it cannot take it
 * notes; what makes the file useless is a fault, and with one nothing is written. Writing is the same for
 * all: people are found, long texts cut, and what was taken before is known again by its key.
 */

#include "base/arena.h"
#include "domain/user.h"

#include <json-c/json.h>

enum {
    IMPORT_MOST_BYTES = 64 * 1024 * 1024,
    IMPORT_MOST_TASKS = 100000,
    IMPORT_MOST_FAULTS = 20, /* that are told; more help nobody */
    IMPORT_MOST_SOURCE = 50,
};

/* Somebody of the other program; any member may be NULL, and all are where nobody is meant. */
struct import_person {
    const char *email;
    const char *name;
    const char *username;
};

struct import_comment {
    const char *key; /* the same in each export of this comment */
    struct import_person author;
    const char *body;
    int64_t created_at; /* 0: not told */
};

struct import_task {
    const char *key;   /* the same in each export of this task */
    const char *where; /* "line 12", "cards[3]" */
    const char *title;
    const char *description; /* NULL: none */
    const char *status;      /* todo doing done */
    int64_t progress;        /* 0 to 99 of what is not done; of what is it does not count */
    const char *priority;    /* low normal high urgent */
    const char *due_on;      /* NULL: no date */
    const char **labels;
    size_t label_count;
    struct import_person creator;
    struct import_person *assignees; /* the first one whom we know is in charge, the others watch */
    size_t assignee_count;
    struct import_person *watchers;
    size_t watcher_count;
    int64_t created_at; /* 0: not told */
    int64_t updated_at; /* 0: not told */
    struct import_comment *comments;
    size_t comment_count;
};

/* From a name of the other program to one of ours. */
struct import_pair {
    const char *from;
    const char *to;
};
struct import_pairs {
    const struct import_pair *pairs;
    size_t count;
};

struct import {
    struct arena *arena; /* owns everything here */
    /* Asked for: */
    const char *program; /* as people know it: "Kanboard" */
    struct import_pairs states;
    struct import_pairs columns; /* of a table, to names of our fields */
    struct import_pairs people;  /* to addresses */
    bool is_day_first;           /* 3/4/2025 is in April */
    const char *time_zone;       /* in which a day is due */
    /* Found: */
    struct import_task *tasks;
    size_t count;
    const char **notes; /* what is not taken, or not as it was */
    size_t note_count;
    const char **faults; /* any: nothing is written */
    size_t fault_count;
    const char **unknown_states; /* names that mean nothing here, each told once */
    size_t unknown_state_count;
};

struct import_format {
    const char *name;    /* of the command line */
    const char *program; /* as people know it */
    const char *what;    /* the file it takes, for people */
    /* Of a text one, else NULL; `bytes` stay as long as the import. */
    void (*read)(struct import *import, struct span bytes);
    /* Of a database, else NULL; takes what begins as one. */
    void (*read_database)(struct import *import, const char *path);
};
extern const struct import_format IMPORT_FORMATS[];
extern const size_t IMPORT_FORMAT_COUNT;

/* NULL: there is none of this name. */
const struct import_format *import_format_find(const char *name);

/* Reads a file ("-": standard input) by its format. What is wrong stands in the faults. */
void import_read(struct import *import, const struct import_format *format, const char *path);

/* ---- people (import_people.c) ---- */

/* Whom one of the other program is here. */
struct import_match {
    struct import_person person;
    const struct user *user; /* NULL: nobody we know */
    const char *how;         /* address, name, "--person"; NULL: nobody, or several */
};

struct import_people {
    struct arena *arena;
    const struct import_pairs *asked;
    struct user *users;
    size_t user_count;
    struct import_match *matches; /* of those asked for so far */
    size_t count;
};

/* Asks for everybody of ours. With a fault where --person names an address that nobody has. */
MUST_CHECK enum outcome import_people_read(struct db *db, struct import *import,
                                           struct import_people *people);

/* NULL: nobody, or nobody we know. */
const struct user *import_people_find(struct import_people *people, const struct import_person *person);

/* How people call her; NULL: nobody is meant. */
const char *import_person_name(const struct import_person *person);

/* ---- writing (import_write.c) ---- */

struct import_target {
    const char *source;                             /* keys of one source are of its own */
    struct user actor;                              /* of what nobody we know made */
    bool is_mailed;                                 /* else nobody is told of what is imported */
    bool is_dry_run;                                /* all is done, and undone again */
    void (*show_progress)(size_t done, size_t all); /* NULL: nobody looks */
};

struct import_report {
    size_t tasks_new;
    size_t tasks_changed;
    size_t tasks_same;
    size_t tasks_in_bin; /* that people threw away here: they stay there */
    size_t comments_new;
    size_t comments_same;
    const char **lines; /* what is new or changed, a line a task */
    size_t line_count;
};

/* All or nothing. What is not taken as it is goes to the import's notes. */
MUST_CHECK enum outcome import_write(struct db *db, struct import *import, const struct import_target *target,
                                     struct import_people *people, struct import_report *report);

/* ---- for readers (import_read.c) ---- */

void import_fault(struct import *import, const char *where, const char *format, ...) PRINTF_LIKE(3, 4);
void import_note(struct import *import, const char *where, const char *format, ...) PRINTF_LIKE(3, 4);

/* The next task, empty but for what is usual: todo, normal. NULL, with a fault: there are too many. */
struct import_task *import_add(struct import *import, const char *where);

void import_add_label(struct import *import, struct import_task *task, const char *label);
void import_add_assignee(struct import *import, struct import_task *task, struct import_person person);
void import_add_watcher(struct import *import, struct import_task *task, struct import_person person);
void import_add_comment(struct import *import, struct import_task *task, struct import_comment comment);
/* Adds a paragraph to the description. */
void import_add_text(struct import *import, struct import_task *task, const char *text);

/* Text without control characters, lines ended by newlines, no white space around it; NULL stays NULL, and
 * what is not UTF-8 is a fault. */
const char *import_text(struct import *import, const char *where, const char *text);

/* The state that a column, list or word means: by --map, or by itself. Where it says more than ours can (a
 * column "Review") it stays as a label. An unknown one is a fault that says how to map it. */
void import_set_state(struct import *import, struct import_task *task, const char *name);

/* A word like "high", "Medium", "긴급"; an unknown one is a fault. */
void import_set_priority(struct import *import, struct import_task *task, const char *word);

/* Kanboard counts from 0, which nobody chose, to 3 usually. */
const char *import_priority_of_kanboard(int64_t number);

/* A day or a time as programs and people write them. Seconds since 1970; 0: there is none ("" and NULL), or
 * it is none, which is a fault. */
int64_t import_time(struct import *import, const char *where, const char *text);
/* As import_time, for a day: NULL, or "YYYY-MM-DD". A time is a day in the zone of the import. */
const char *import_day(struct import *import, const char *where, const char *text);

/* The JSON of a file; NULL with a fault that names the line. To be put by the reader. */
struct json_object *import_json(struct import *import, struct span bytes, unsigned first_line);
/* A member's text, cleaned; a number as it is written; NULL: another kind, or not there. */
const char *import_member(struct import *import, const char *where, struct json_object *object,
                          const char *key);
struct json_object *import_array(struct json_object *object, const char *key); /* NULL: none */
int64_t import_integer(struct json_object *object, const char *key);           /* 0: none */
bool import_flag(struct json_object *object, const char *key);

/* The readers. */
void import_csv(struct import *import, struct span bytes);
void import_kanboard_csv(struct import *import, struct span bytes);
void import_kanboard(struct import *import, const char *path);
void import_trello(struct import *import, struct span bytes);
void import_vikunja(struct import *import, struct span bytes);
void import_github(struct import *import, struct span bytes);
void import_pumasi(struct import *import, struct span bytes);
