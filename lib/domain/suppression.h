#pragma once
/* Addresses that are not mailed any more: a mail server said that there is no such mailbox, or the
 * administrator. */

#include "domain/outcome.h"

struct suppression {
    const char *address; /* in the spelling that addresses are found by */
    const char *reason;  /* refused bounce administrator */
    const char *detail;  /* what the server said; NULL: nothing */
    int64_t created_at;
};

/* Notes an address; what was noted first stays. Durable on return. */
MUST_CHECK enum outcome suppression_add(struct db *db, struct arena *arena, const char *address,
                                        const char *reason, const char *detail);

/* OUTCOME_NOT_FOUND: it is mailed already. */
MUST_CHECK enum outcome suppression_remove(struct db *db, struct arena *arena, const char *address);

/* All of them, the latest first. */
MUST_CHECK enum outcome suppression_list(struct db *db, struct arena *arena, struct suppression **list,
                                         size_t *count);
