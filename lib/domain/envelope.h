#pragma once
/*
 * An event as rules see it, and as it is exported: the event bus's envelope around what happened, with the
 * people in it by name and address as they are now.
 *
 *     {"id":"8123","source":"pumasi","detail-type":"task.updated","time":"...","resources":["task/7"],
 *      "detail":{"actor":{...},"task":{...,"assignee":{...},"creator":{...}},"changes":{...},"comment":{...},
 *                "mentions":[{...}]}}
 */

#include "domain/user.h"

struct json_object;

enum { ENVELOPE_MOST_MENTIONS = 50 };

struct envelope {
    int64_t id;
    int64_t at;
    const char *type;
    const char *day;  /* of a reminder: the day it is said for; else NULL */
    int64_t task_id;  /* 0: about no task */
    int64_t actor_id; /* 0: somebody at the server */
    int64_t creator_id;
    int64_t assignee_id;     /* as it then stood; 0: nobody */
    int64_t was_assignee_id; /* until this event; 0: nobody, or no change */
    int64_t mentioned[ENVELOPE_MOST_MENTIONS];
    size_t mention_count;
    struct json_object *json; /* the envelope's own; envelopes_free */
};

struct envelope_query {
    bool is_outbox;   /* only what waits in the outbox */
    int64_t after;    /* ids above */
    int64_t since;    /* and not before this time */
    const char *type; /* and of this type; NULL: any */
    int64_t task_id;  /* and of this task; 0: any */
    int64_t limit;
};

/*
 * The events of a query, oldest first; *envelopes lives in the arena, its JSON outside until envelopes_free.
 * People are named in a comment by "@" and their name, or its first word where that is one person's only.
 */
MUST_CHECK enum outcome envelope_list(struct db *db, struct arena *arena, const struct envelope_query *query,
                                      struct envelope **envelopes, size_t *count);

void envelopes_free(struct envelope *envelopes, size_t count);

/* What is done with each event of a walk; an outcome other than OUTCOME_OK ends it. `batch` lives for some
 * events more. */
typedef enum outcome envelope_visit(void *with, struct arena *batch, const struct envelope *event);

/* Walks over the events of a query, all of them where its limit is 0, with the memory of a few hundred. */
MUST_CHECK enum outcome envelope_walk(struct db *db, const struct envelope_query *query,
                                      envelope_visit *visit, void *with);

/* The `after` of a query that leaves its last `count` events. */
MUST_CHECK enum outcome envelope_find_last(struct db *db, const struct envelope_query *query, int64_t count,
                                           int64_t *after);
