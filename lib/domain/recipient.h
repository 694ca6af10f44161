#pragma once
/* Who is told of an event: the people that rules name, and what each of them wants. */

#include "domain/delivery.h"
#include "domain/envelope.h"
#include "domain/rule.h"

struct recipient {
    int64_t user_id;
    enum reason reason;  /* the strongest */
    bool is_instant;     /* a rule wants it told at once */
    bool is_ordered;     /* a rule of the administrator's names her, whatever part she has in the task */
    const char *skipped; /* why not: own unverified muted off level; NULL: she is told */
    bool is_daily;       /* in the mail of the day */
    int64_t mail_hour;
    const char *time_zone;
};

/* The people for one event, each once, by id; *recipients lives in the arena. `rules` are the enabled ones.
 */
MUST_CHECK enum outcome recipient_list(struct db *db, struct arena *arena, const struct rule *rules,
                                       size_t rule_count, const struct envelope *event,
                                       struct recipient **recipients, size_t *count);
