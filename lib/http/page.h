#pragma once
/*
 * The pages as the server writes them, for people without JavaScript: the same words, classes and style as
 * the static ones. This header holds the sheet that every page stands on, the page of a problem, and the
 * small parts that pages share; page_list.h, page_task.h and page_profile.h hold the others.
 *
 * Everything is a pure function of its arguments. Text from people is escaped here and nowhere else.
 */

#include "domain/task.h"
#include "http/field.h"

/* Opens the document: head, the bar on top, <main>. `viewer` NULL: nobody is signed in. */
void page_open(struct buffer *out, enum language language, const char *title, const struct user *viewer);
void page_close(struct buffer *out);

struct page_problem {
    int status;
    const char *detail;         /* a sentence in the person's language */
    const char *request;        /* its id, shown where the fault is ours */
    const struct fault *faults; /* NULL: none */
    const struct user *viewer;  /* NULL: nobody is known to be signed in */
    bool is_of_task;            /* one that is not there may be in the bin */
};

/* Says what went wrong and what to do, with the faults field by field, and a link to where to go on. */
void page_problem(struct buffer *out, enum language language, const struct page_problem *problem);

/* The sentence, escaped. */
void page_words(struct buffer *out, enum language language, enum words_key key);

/* Initials on the person's own colour, and the name; nobody if the id is 0. */
void page_person(struct buffer *out, enum language language, const struct person *person);

/* A day, "2026-12-24", in words: "24 Dec", with the year where it is another one than that of `now`. */
const char *page_day(struct arena *arena, enum language language, const char *day, int64_t now);

/* A due day in words, seen from `now`: "tomorrow", "3 days late"; done tasks are never late. */
void page_due(struct buffer *out, enum language language, const struct task *task, int64_t now);

/* Opens a <label> with its words in front; the control and </label> follow. */
void page_label_open(struct buffer *out, enum language language, enum words_key key, const char *class);

/* The same, with a small hint behind the words. */
void page_label_hint_open(struct buffer *out, enum language language, enum words_key key, enum words_key hint,
                          const char *class);

/* <option> of a select; `value` is the program's own or a person's text. */
void page_option(struct buffer *out, const char *value, const char *label, bool is_chosen);

/* The options of all priorities; of everyone who can be in charge or is, with nobody first. */
void page_priority_options(struct buffer *out, enum language language, const char *chosen);
void page_people_options(struct buffer *out, enum language language, const struct user *people, size_t count,
                         int64_t chosen);

/* What is shown this once, under the sentence that says so; where scripts run it is copied by a button. */
void page_secret(struct buffer *out, enum language language, enum words_key sentence, const char *secret);

/* A JSON array of labels, as one text with commas, not escaped. */
const char *page_labels(struct arena *arena, const char *labels);
