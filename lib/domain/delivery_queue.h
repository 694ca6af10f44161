#pragma once
/* Mails as the administrator sees them: what waits, what became of each, and what he may do about it. */

#include "domain/outcome.h"

struct delivery_row {
    int64_t id;
    int64_t task_id;     /* 0: a daily mail, or one about the account */
    const char *purpose; /* of one about the account; NULL: it is about tasks */
    int64_t attempts;
    int64_t created_at; /* or when it was last given new life */
    int64_t opened_at;  /* of its first event */
    int64_t next_at;    /* of one that waits: not before; of a lease: its end */
    int64_t sent_at;    /* 0: it was not */
    const char *name;   /* of the recipient */
    const char *email;
    const char *state;
    const char *error; /* NULL: none */
    const char *message_id;
};

/* The latest `limit` mails, or only those in `state` where it is not NULL. */
MUST_CHECK enum outcome delivery_list(struct db *db, struct arena *arena, const char *state, int64_t limit,
                                      struct delivery_row **rows, size_t *count);

/* All that wait (pending, leased, retry), what is due first. */
MUST_CHECK enum outcome delivery_list_waiting(struct db *db, struct arena *arena, struct delivery_row **rows,
                                              size_t *count);

MUST_CHECK enum outcome delivery_find_row(struct db *db, struct arena *arena, int64_t id,
                                          struct delivery_row *found);

/* An event that a mail tells, and why its reader is told. */
struct delivery_event {
    int64_t id;
    int64_t at;
    int64_t task_id;
    const char *type;
    const char *actor; /* NULL: somebody at the server */
    const char *reason;
};
MUST_CHECK enum outcome delivery_list_events(struct db *db, struct arena *arena, int64_t id,
                                             struct delivery_event **events, size_t *count);

/* How many things wait on their way to a mail. */
enum { DELIVERY_WAITING_STATES = 3 };
extern const char *const DELIVERY_WAITING_WORDS[DELIVERY_WAITING_STATES]; /* pending leased retry */
struct delivery_waiting {
    int64_t events; /* that no mail is planned for */
    int64_t wishes; /* of mails about accounts, the same */
    int64_t deliveries[DELIVERY_WAITING_STATES];
};
MUST_CHECK enum outcome delivery_count_waiting(struct db *db, struct delivery_waiting *waiting);

/* Lets a mail be tried again that is dead, failed, suppressed or waits for its next try. OUTCOME_NOT_FOUND:
 * there is none such of this number. */
MUST_CHECK enum outcome delivery_revive(struct db *db, int64_t id);

/* The same for all that are dead or failed. */
MUST_CHECK enum outcome delivery_revive_all(struct db *db, int64_t *count);

/* The mail is not sent any more. OUTCOME_NOT_FOUND: there is none of this number that is pending, waits for
 * its next try, is dead or failed. */
MUST_CHECK enum outcome delivery_drop(struct db *db, int64_t id);
