#pragma once
/*
 * The address that mail servers send their reports about one mail to: "bounces+17.SIGNATURE@host". It names
 * the delivery, and is signed, so that nobody can have a mailbox suppressed by a report of his own making.
 */

#include "domain/signature.h"

/* `mailbox` is "bounces@host". */
const char *return_path_make(struct arena *arena, const struct signer *signer, const char *mailbox,
                             int64_t delivery_id);

/* The delivery that an address names; 0 where this server has not made it. Letters of either case; what
 * stands before the "+" and behind the "@" does not count, as mail servers rewrite it. */
int64_t return_path_read(struct arena *arena, const struct signer *signer, const char *address);
