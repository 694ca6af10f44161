#pragma once
/*
 * What mail servers report about a mail that they could not deliver: multipart/report with a
 * message/delivery-status (RFC 3464, RFC 6533). Anything else, such as an answer of somebody who is away or
 * the plain text of a qmail, is no report, and says nothing.
 *
 * A report may be forged from its first byte to its last: what it is about is believed only by a signed
 * address that it came to (domain/return_path.h), or by a Message-ID that nobody can guess.
 */

#include "mail/mime.h"

enum report_end {
    REPORT_PASSES,      /* delayed, delivered after all, or no code that says for good */
    REPORT_FAILED,      /* for good, for a reason that another mail may not meet: full, too large, a policy */
    REPORT_BAD_MAILBOX, /* for good, and the next mail would fare no better */
};

struct report {
    const char **addresses; /* that it came to: To and what the way here added */
    size_t address_count;
    const char *message_id; /* of the mail it is about, without brackets; NULL: not said */
    enum report_end end;    /* of all recipients together: failed only if each of them failed */
    const char *said; /* what the server said, printable ASCII, at most REPORT_MOST_SAID bytes; "": nothing */
};

enum {
    REPORT_MOST_BYTES = 1 << 20, /* of a mail that are read: the status stands before the returned mail */
    REPORT_MOST_SAID = 199,
    REPORT_MOST_ADDRESSES = 100,
};

/* False: it is no report; the addresses are set nonetheless. */
MUST_CHECK bool report_read(struct arena *arena, struct span mail, struct report *report);
