#pragma once
/* What a mail server reported about a mail that it had taken: the mail did not arrive after all. */

#include "domain/outcome.h"

struct bounce {
    int64_t delivery_id;
    const char *said;    /* by the server */
    bool is_bad_mailbox; /* the address is not mailed any more */
};

/*
 * The mail has failed. Durable on return; the same report once more changes nothing.
 * OUTCOME_NOT_FOUND: there is no such mail, or it has ended otherwise since. OUTCOME_CONFLICT: its mailer has
 * not recorded yet that it was sent; later.
 */
MUST_CHECK enum outcome bounce_record(struct db *db, struct arena *arena, const struct bounce *bounce);

/* The delivery of a Message-ID, without brackets. OUTCOME_NOT_FOUND: there is none. */
MUST_CHECK enum outcome bounce_find(struct db *db, const char *message_id, int64_t *delivery_id);
