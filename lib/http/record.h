#pragma once
/* FastCGI's records (specification, section 3.3), where libfcgi is too slow or too late with them. */

#include "base/buffer.h"

/* The whole answer as it goes over the line, the end of the request included; in the arena. */
struct buffer record_answer(struct arena *arena, int request_id, const struct buffer *head,
                            const struct buffer *body);

/* True if these bytes hold one request from its beginning to the end of its body, and nothing odd: who reads
 * it waits for nobody. */
bool record_is_whole(const unsigned char *bytes, size_t size);
