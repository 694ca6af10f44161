#pragma once
/*
 * Mails about accounts, from what was put down in account_outbox to deliveries that the mailer sends as all
 * others. Purposes:
 *
 *     verify            is the address yours? with a token
 *     reset             a new password, for whoever forgot hers; with a token
 *     password_changed  it was changed
 *     factor_on         signing in takes a code of an authenticator app from now on
 *     factor_off        and no more
 *     email_asked       somebody with your password wants another address: to the one that still counts
 *     email_changed     it was changed: to the old one
 *
 * An address that was not verified gets the first only.
 */

#include "domain/signature.h"

/*
 * Plans a batch, in one transaction. What nobody is to get is forgotten: a reset of an address that no
 * account has, or a token for an address that got one within ten minutes. *more is true while there is
 * another batch.
 */
MUST_CHECK enum outcome account_mail_plan(struct db *db, struct arena *arena, const char *host, bool *more);

/*
 * The token of a delivery that is about to go, for ten minutes from now; its hash is kept. The same at each
 * try. OUTCOME_NOT_FOUND: it was used, or a newer one took its place.
 */
MUST_CHECK enum outcome account_mail_issue(struct db *db, struct arena *arena, const struct signer *signer,
                                           int64_t delivery_id, const char **token);

/* True for a purpose whose mail carries a token. */
bool account_mail_has_token(const char *purpose);
