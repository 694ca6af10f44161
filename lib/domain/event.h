#pragma once
/*
 * The log: what happened, written by the database's triggers in the transaction of the change itself, so that
 * no writer can leave it out. Events are only ever added.
 */

#include "domain/user.h"

/* One field of a change. Values are JSON as stored; people are ids here and names in `from_name`, `to_name`.
 */
struct event_change {
    const char *field; /* title description status progress priority assignee due_on labels */
    const char *from;  /* JSON value */
    const char *to;    /* JSON value */
    int64_t from_id;   /* of an assignee; else 0 */
    int64_t to_id;
    const char *from_name; /* of an assignee; NULL: nobody, or not an assignee */
    const char *to_name;
};

/* How one person was told of an event, or why not. */
struct event_mail {
    struct person person;
    const char *reason;  /* the words of event_recipient.reason */
    const char *skipped; /* why not: own muted off level undone; NULL: she is told */
    const char *state;   /* of the mail that tells it, the words of delivery.state; skipped: there is none */
    int64_t sent_at;     /* 0: it is not sent */
    int64_t due_at;      /* of one that waits: when it goes; else 0 */
};

struct event {
    int64_t id;
    int64_t at;
    int64_t task_id;      /* 0: about no task */
    const char *type;     /* "task.updated" ... */
    struct person actor;  /* id 0: somebody at the server */
    int64_t task_version; /* 0: not about a version */
    const char *request;  /* by which it happened; NULL: by none */
    struct event_change *changes;
    size_t change_count;
    const char *comment; /* text of a comment; NULL: none */
    int64_t comment_id;  /* its own; 0: none */
    /* Found by event_mails only: */
    bool is_planned; /* who is told is decided */
    struct event_mail *mails;
    size_t mail_count;
};

/* The highest id of an event that changes what people see: the version of everything. */
MUST_CHECK enum outcome event_position(struct db *db, int64_t *position);

/* The latest time of late entries of the log; 0: it is empty. Later than now, a clock was set back. */
MUST_CHECK enum outcome event_latest_at(struct db *db, int64_t *at);

/* Events of a task, oldest first, at most `limit` with an id above `after`; *next is the last one's id if
 * more follow, else 0. */
MUST_CHECK enum outcome event_list(struct db *db, struct arena *arena, int64_t task_id, int64_t after,
                                   int64_t limit, struct event **events, size_t *count, int64_t *next);

/* How many of the events have no more than `bytes` of people's text together; at least one where there is
 * one. */
size_t event_fit(const struct event *events, size_t count, size_t bytes);

/* Finds out for events of one task, oldest first, who was told of them. */
MUST_CHECK enum outcome event_mails(struct db *db, struct arena *arena, int64_t task_id, struct event *events,
                                    size_t count);

/* The events that a delivery tells, task by task, oldest first, at most `limit`; without those of tasks that
 * its reader has muted. */
MUST_CHECK enum outcome event_of_delivery(struct db *db, struct arena *arena, int64_t delivery_id,
                                          int64_t limit, struct event **events, size_t *count);

/* Events that made the versions above `version` of a task. */
MUST_CHECK enum outcome event_since_version(struct db *db, struct arena *arena, int64_t task_id,
                                            int64_t version, struct event **events, size_t *count);
