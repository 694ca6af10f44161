#pragma once
/* From a request that has arrived to the answer that leaves: the order of checks is the same for every
 * function. */

#include "http/request.h"

/* What a worker keeps from one request to the next. */
struct worker {
    const struct function *function;
    const struct config *config;
    struct arena *arena; /* of the request, reset after each */
    struct keep *keep;   /* answers to give again; NULL where there will be one request only */
    struct db *db;       /* NULL: the function needs none, or it cannot be opened */
};

/* Opens what the function needs, before walls go up around it. False: the database cannot be opened, which
 * the log says; each request is answered 503 then. */
MUST_CHECK bool serve_start(struct worker *worker);

/* Answers one request: afterwards *head is the CGI response's head (RFC 3875, section 6) and *body its body,
 * both in the worker's arena. */
void serve(struct worker *worker, const struct gateway *gateway, struct buffer *head, struct buffer *body);

/* The answer to give if the request takes longer than its function may, in the form and language that it asks
 * for. */
void serve_timeout(struct worker *worker, const struct gateway *gateway, struct buffer *head,
                   struct buffer *body);

/* Lets the worker's database go. */
void serve_end(struct worker *worker);
