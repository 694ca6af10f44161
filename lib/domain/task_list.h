#pragma once
/* The list: filters, orders and pages of tasks. */

#include "domain/task.h"

enum task_sort { SORT_UPDATED, SORT_CREATED, SORT_DUE, SORT_PRIORITY, SORT_PROGRESS, SORT_TITLE, SORT_COUNT };
extern const char *const TASK_SORTS[]; /* the words of the API in this order, ended by NULL */

enum task_due { DUE_ANY, DUE_OVERDUE, DUE_TODAY, DUE_WEEK };
extern const char *const TASK_DUES[]; /* overdue today week, ended by NULL */

enum { TASK_LIST_MOST = 200, TASK_LIST_USUAL = 50 };

struct task_filter {
    const char *status;  /* NULL: any */
    int64_t assignee_id; /* -1: any; 0: nobody */
    int64_t creator_id;  /* -1: any */
    const char *label;   /* NULL: any */
    const char *words;   /* `q`: each word must stand in title or description; NULL: any */
    enum task_due due;
    bool in_bin; /* the deleted ones instead */
    enum task_sort sort;
    bool is_descending;
    int64_t limit;     /* 1 to TASK_LIST_MOST */
    const char *after; /* cursor of the page before; NULL: the first page */
};

struct task_page {
    struct task *tasks; /* in the arena */
    size_t count;
    const char *next; /* cursor of the next page; NULL: this is the last */
};

/* OUTCOME_INVALID: `after` is not a cursor of this order. */
MUST_CHECK enum outcome task_list(struct db *db, struct arena *arena, const struct task_filter *filter,
                                  struct task_page *page);
