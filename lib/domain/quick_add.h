#pragma once
/*
 * A task in one line, as one would say it: "Print flyers @jiwoo !high ^friday #print". A sign at the start of
 * a word says whose, how important, by when, and which label; what is left is the title. Behind a backslash
 * or doubled ("\@home", "##") a sign is text, and so is what could not be meant: "C#", "a@b.org", "#12",
 * "!!!".
 */

#include "domain/task.h"
#include "domain/user.h"

enum { QUICK_ADD_MOST = 400 /* characters of a line */ };

/* Who is asking, and when. */
struct quick_add_scene {
    const struct user *people; /* everybody who can be put in charge */
    size_t people_count;
    int64_t me;        /* "@me" */
    const char *today; /* where that person lives */
};

enum quick_add_fault {
    QUICK_ADD_GOOD,
    QUICK_ADD_NO_TITLE,   /* signs only */
    QUICK_ADD_LONG_TITLE, /* more than TASK_MOST_TITLE */
    QUICK_ADD_NOBODY,     /* there is no such person */
    QUICK_ADD_SEVERAL,    /* it could be one of `candidates` */
    QUICK_ADD_PRIORITY,   /* no such word */
    QUICK_ADD_DAY,        /* no such day */
    QUICK_ADD_TWICE,      /* two people, priorities or days */
    QUICK_ADD_LABEL,      /* one too long, or with a comma */
    QUICK_ADD_LABELS,     /* too many */
};

struct quick_add {
    enum quick_add_fault fault;
    const char *word;          /* the one at fault, with its sign; else NULL */
    const char *candidates;    /* QUICK_ADD_SEVERAL: "@Ji-woo, @Ji-won" */
    struct task_values values; /* the fields that the line names, but labels; the title always */
    const char **labels;
    size_t label_count;
};

/* Reads a line of valid UTF-8 without control characters. */
struct quick_add quick_add_read(struct arena *arena, const char *line, const struct quick_add_scene *scene);
