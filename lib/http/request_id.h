#pragma once
/*
 * The id of a request: it stands in its answer (X-Request-Id), in each line of the logs about it, in the
 * events that it caused and in the mails that tell them, so that one leads to all others.
 *
 * The web server makes it where it can (nginx: REQUEST_ID), else the function does (lighttpd). A proxy in
 * front that the administrator trusts may have made one before (X-Request-Id); what any other client says is
 * ignored.
 */

#include "base/arena.h"

/* The shortest and the longest that is taken over: letters, digits, "-" and "_". */
enum { REQUEST_ID_LEAST_BYTES = 8, REQUEST_ID_MOST_BYTES = 64 };

/* Where a worker's own ids come from: bytes by chance, and its requests counted. */
struct request_ids {
    unsigned char mark[6];
    uint32_t count;
};

struct gateway;

/* `trusted_proxy` as in client_address.h. The text is in the arena, or the gateway's. */
const char *request_id_make(struct request_ids *ids, struct arena *arena, const struct gateway *gateway,
                            const char *trusted_proxy);
