#pragma once
/*
 * Rules: which events are mailed, to whom, and how soon. They are rows of the table `rule`; the pattern's
 * language is that of lib/domain/pattern.h, matched against the envelope of lib/domain/envelope.h.
 */

#include "domain/outcome.h"
#include "domain/pattern.h"

enum { RULE_MOST_NAME = 50 };

struct rule {
    int64_t id;
    const char *name;
    const char *pattern; /* JSON text */
    const char *who;     /* involved assignee creator watchers admins everyone user:ID */
    const char *how;     /* instant coalesced */
    bool is_enabled;
    const struct pattern *parsed; /* NULL: somebody wrote a row by hand that is no pattern */
};

/* All rules, or those that are enabled, by id; parsed. */
MUST_CHECK enum outcome rule_list(struct db *db, struct arena *arena, bool only_enabled, struct rule **rules,
                                  size_t *count);

/* OUTCOME_NOT_FOUND: there is none of this name. */
MUST_CHECK enum outcome rule_find(struct db *db, struct arena *arena, const char *name, struct rule *found);

/* What is wrong with name, pattern, who or how, as a sentence for the administrator; NULL: nothing. */
const char *rule_fault(struct arena *arena, const struct rule *rule);

/* A rule without rule_fault is added, or takes the place of the one that is called `name` now.
 * OUTCOME_EXISTS: the new name is taken; OUTCOME_INVALID: user:ID names nobody; OUTCOME_NOT_FOUND. */
MUST_CHECK enum outcome rule_add(struct db *db, const struct rule *rule);
MUST_CHECK enum outcome rule_edit(struct db *db, const char *name, const struct rule *rule);

MUST_CHECK enum outcome rule_enable(struct db *db, const char *name, bool is_enabled);
MUST_CHECK enum outcome rule_delete(struct db *db, const char *name);

/* The person of "user:ID"; 0 for any other word. */
int64_t rule_person(const char *who);
