#pragma once
/*
 * Tasks: what is to be done, by whom, and how far it is.
 *
 * `status` and `progress` agree: done is 100 and 100 is done. A deleted task lies in the bin: it is not
 * listed or changed, and can be restored. Labels are kept sorted and each once.
 */

#include "base/json_write.h"
#include "domain/may.h"

enum {
    TASK_MOST_TITLE = 200,
    TASK_MOST_DESCRIPTION_BYTES = 65536,
    TASK_MOST_LABELS = 20,
    TASK_MOST_LABEL = 50
};

/* The words of the API, each list ended by NULL. */
extern const char *const TASK_STATUSES[];   /* todo doing done */
extern const char *const TASK_PRIORITIES[]; /* low normal high urgent */

struct task {
    int64_t id;
    const char *title;
    const char *description;
    const char *status;
    int64_t progress; /* 0 to 100 */
    const char *priority;
    struct person assignee; /* id 0: nobody */
    struct person creator;
    const char *due_on; /* "2026-12-24"; NULL: no date */
    const char *labels; /* JSON array of texts */
    int64_t version;    /* 1, and one more with each change */
    int64_t created_at;
    int64_t updated_at;
    bool is_deleted;
};

/* The fields people change, as bits. */
enum task_field {
    TASK_TITLE = 1,
    TASK_DESCRIPTION = 2,
    TASK_STATUS = 4,
    TASK_PROGRESS = 8,
    TASK_PRIORITY = 16,
    TASK_ASSIGNEE = 32,
    TASK_DUE = 64,
    TASK_LABELS = 128,
};

/* New values of some fields: only the members whose bit is in `fields` count. */
struct task_values {
    unsigned fields;
    const char *title;
    const char *description;
    const char *status;
    int64_t progress;
    const char *priority;
    int64_t assignee_id; /* 0: nobody */
    const char *due_on;  /* NULL: no date */
    const char *labels;  /* JSON array, see task_labels */
};

/* The name of one field in requests: "assignee_id". */
const char *task_field_name(unsigned field);

/* Writes the value of one field. */
void task_write_field(struct json_writer *json, const struct task_values *values, unsigned field);

/* Sorts labels, drops repeated ones, and gives them as a JSON array. Changes the array's order. */
const char *task_labels(struct arena *arena, const char **labels, size_t count);

/* Makes status and progress of `values` agree, given the task's present ones (NULL: a new task). Returns the
 * field at fault (TASK_STATUS or TASK_PROGRESS) where they contradict each other, else 0. */
MUST_CHECK unsigned task_agree(struct task_values *values, const struct task *present);

/* OUTCOME_INVALID: there is no such assignee. */
MUST_CHECK enum outcome task_create(struct db *db, struct arena *arena, int64_t actor_id,
                                    const struct task_values *values, struct task *created);

/* OUTCOME_NOT_FOUND where it lies in the bin, too, unless `with_bin`. */
MUST_CHECK enum outcome task_find(struct db *db, struct arena *arena, int64_t id, bool with_bin,
                                  struct task *found);

/*
 * Changes fields, given the version that the person saw. Fields that others have changed since are merged if
 * they are not the person's; else OUTCOME_CONFLICT, with the bits in *conflict and the present state in
 * *updated. A field sent with the value that the person saw is no change of hers (a plain form sends all).
 * OUTCOME_INVALID: *conflict tells the field: the assignee, status or progress, or 0 for a version to come.
 */
MUST_CHECK enum outcome task_update(struct db *db, struct arena *arena, int64_t actor_id, int64_t id,
                                    int64_t version, const struct task_values *values, struct task *updated,
                                    unsigned *conflict);

/* Into the bin. OUTCOME_FORBIDDEN: `may` says no. OUTCOME_OK also if it lies there already. */
MUST_CHECK enum outcome task_delete(struct db *db, struct arena *arena, const struct actor *actor,
                                    int64_t id);

/* Out of the bin, by the same rule. */
MUST_CHECK enum outcome task_restore(struct db *db, struct arena *arena, const struct actor *actor,
                                     int64_t id, struct task *restored);
