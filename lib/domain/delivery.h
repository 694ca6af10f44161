#pragma once
/*
 * Deliveries: which mail goes to whom, planned from the outbox and followed to its end. The states stand in
 * db/sqlite/0006-mail.sql; the mailer drives them: plan, lease, send with no transaction open, record.
 */

#include "domain/event.h"
#include "domain/task.h"

enum {
    DELIVERY_MOST_WAIT_S = 600,         /* edits that never rest are mailed after this */
    DELIVERY_GIVE_UP_S = 3 * 24 * 3600, /* a mail that cannot be sent is dead after this */
    DELIVERY_MOST_EVENTS = 2000,        /* that one mail tells */
    DELIVERY_MOST_REQUESTS = 20         /* that one mail names */
};

/* Why somebody gets a mail, the strongest first; the words of event_recipient.reason. */
enum reason {
    REASON_ASSIGNEE,     /* it is hers to do */
    REASON_WAS_ASSIGNEE, /* it was, until this change */
    REASON_MENTIONED,    /* a comment names her */
    REASON_CREATOR,      /* she made the task */
    REASON_WATCHER,      /* she watches it */
    REASON_ALL,          /* she asked for every task */
    REASON_RULE,         /* a rule of the administrator's names her */
    REASON_COUNT
};
extern const char *const REASON_WORDS[REASON_COUNT];

struct delivery {
    int64_t id;
    int64_t task_id;     /* 0: a daily mail, or one about the account */
    const char *purpose; /* of one about the account (account_mail.h); NULL: it is about tasks */
    const char *request; /* by which one about the account was asked for; NULL: by none */
    int64_t attempts;    /* this one included */
    int64_t created_at;
    const char *message_id; /* without angle brackets */
    struct user recipient;  /* with the address that the mail goes to */
    bool is_muted;          /* she muted the task meanwhile */
    bool is_suppressed;     /* her address is not mailed */
};

/* What is new about one task: the net change by the events that the mail tells. */
struct task_news {
    struct task task;    /* as it is now, maybe in the bin */
    bool is_due;         /* it is due today, or late */
    bool is_created;     /* within these events */
    bool is_deleted;     /* net: it went into the bin */
    bool is_restored;    /* net: it came out of the bin */
    struct person actor; /* who did the last of it; id 0: somebody at the server */
    bool has_several_actors;
    int64_t at;                   /* of the last event told */
    struct event_change *changes; /* one a field, what came back to where it was is left out */
    size_t change_count;
    struct event *comments; /* events with a comment */
    size_t comment_count;
};

struct delivery_content {
    struct task_news *news;                       /* one; of a daily mail one or more, what is due first */
    size_t news_count;                            /* 0: nothing is left to tell */
    enum reason reason;                           /* the strongest */
    int64_t at;                                   /* of the last event told */
    const char *requests[DELIVERY_MOST_REQUESTS]; /* by which it happened; of many the first */
    size_t request_count;
};

/*
 * Turns outbox rows into deliveries by the rules and each person's wishes, in one transaction a batch. Edits
 * of a task are due when they have rested for `rest_s`, or ten minutes after the first; what a rule or a
 * person wants at once is due at once, with all that waits for it. *planned counts events; *more is true
 * while there is another batch. `host` names this server in Message-IDs.
 */
MUST_CHECK enum outcome delivery_plan(struct db *db, struct arena *arena, const char *host, int64_t rest_s,
                                      size_t *planned, bool *more);

/* Takes at most `limit` deliveries that are due, for `lease_s`; nobody else gets them meanwhile. */
MUST_CHECK enum outcome delivery_lease(struct db *db, struct arena *arena, int64_t limit, int64_t lease_s,
                                       struct delivery **deliveries, size_t *count);

/* One that was not sent yet, of whatever state. OUTCOME_NOT_FOUND: there is none of this number. */
MUST_CHECK enum outcome delivery_find(struct db *db, struct arena *arena, int64_t id, struct delivery *found);

MUST_CHECK enum outcome delivery_content(struct db *db, struct arena *arena, const struct delivery *delivery,
                                         struct delivery_content *content);

/* The mail is not sent: `why` (off, muted, undone) is kept with its events. */
MUST_CHECK enum outcome delivery_skip(struct db *db, int64_t id, const char *why);

/* The mail is not sent since the address is not mailed, or the administrator dropped it. */
MUST_CHECK enum outcome delivery_suppress(struct db *db, int64_t id, const char *error);

/* How a try ended. */
enum delivery_ending {
    DELIVERY_SENT,
    DELIVERY_RETRY, /* tried again after a minute, doubling up to six hours, a fifth more or less by chance;
                       dead after three days */
    DELIVERY_FAILED
};

struct delivery_end {
    const struct delivery *delivery;
    enum delivery_ending ending;
    const char *said;    /* by the server */
    bool is_bad_mailbox; /* the address is not mailed any more */
};

/* Records how tries ended, all in one transaction, durable on return. */
MUST_CHECK enum outcome delivery_record(struct db *db, const struct delivery_end *ends, size_t count);

/* How many mails were sent since a time. */
MUST_CHECK enum outcome delivery_count_sent(struct db *db, int64_t since, int64_t *count);

/* How many of the latest 10,000 mails were given up. */
MUST_CHECK enum outcome delivery_count_dead(struct db *db, int64_t *count);

/* Since when the oldest mail has been due that is not sent, an event that no mail is planned for included; 0:
 * there is none. */
MUST_CHECK enum outcome delivery_find_oldest(struct db *db, int64_t now, int64_t *since);
