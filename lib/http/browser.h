#pragma once
/* The browser that is about to be signed in: where it is, and the session that it gets. */

#include "domain/factor.h"
#include "http/request.h"

/* The client's address, for the throttle. */
const char *browser_address(const struct request *request);

/* What secrets of second factors are derived from; OUTCOME_FAILED, which the log is to say, where the server
 * has no key. */
MUST_CHECK enum outcome browser_factor_key(struct request *request, struct factor_key *key);

struct session_new browser_session(struct request *request);
