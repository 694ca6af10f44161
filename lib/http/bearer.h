#pragma once
/* Who shows an access token: `Authorization: Bearer pumasi_...` (RFC 6750). */

#include "http/request.h"

/* The token that was shown; NULL: none was. Cookies do not count then, and no Origin is asked for: a page of
 * another server cannot have a browser send this header. */
const char *bearer_of(const struct request *request);

/* Sets user and actor; false: answered already, 401 with WWW-Authenticate. */
MUST_CHECK bool bearer_find_user(struct request *request, const char *token);

/* Answers 403: the token does not go so far. */
void bearer_refuse(struct request *request);
