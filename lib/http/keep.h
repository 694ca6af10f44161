#pragma once
/*
 * Answers that a worker gives again: what respond_known has tagged stays as it is for as long as its tag
 * and its address do. A handful, the latest used; the memory of each is that of its answer.
 */

#include "http/response.h"

struct keep;

/* Ends the process if there is no memory. */
struct keep *keep_new(void);
void keep_free(struct keep *keep);

/* True if there is one under this key; *response has it then, until the next keep_add. */
MUST_CHECK bool keep_find(struct keep *keep, const char *key, struct response *response);

/* Keeps a finished answer, in place of the one that was not asked for longest. One that is too large for it
 * is not kept. */
void keep_add(struct keep *keep, const char *key, const struct response *response);
