#pragma once
/* From a request that has arrived to the answer that leaves: the order of checks is the same for every
 * function. */

#include "http/request.h"

/* What a worker keeps from one request to the next. */
struct worker {
    const struct function *function;
    const struct config *config;
    struct arena *arena; /* of the request, reset after each */
    struct db *db;       /* opened at the first request that needs it; NULL before */
};

/* Answers one request: afterwards *head is the CGI response's head (RFC 3875, section 6) and *body its body,
 * both in the worker's arena. */
void serve(struct worker *worker, const struct gateway *gateway, struct buffer *head, struct buffer *body);

/* The answer to give if the request takes longer than its function may, in the form and language that it asks
 * for. */
void serve_timeout(struct worker *worker, const struct gateway *gateway, struct buffer *head,
                   struct buffer *body);

/* Lets the worker's database go. */
void serve_end(struct worker *worker);
