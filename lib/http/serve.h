#pragma once
/* From a request that has arrived to the answer that leaves: the order of checks is the same for every
 * function. */

#include "http/request.h"
#include "http/request_id.h"

struct metrics;

/* What a worker keeps from one request to the next. */
struct worker {
    const struct function *function;
    const struct config *config;
    struct arena *arena; /* of the request, reset after each; of the first of those that share a commit */
    struct keep *keep;   /* answers to give again; NULL where there will be one request only */
    struct db *db;       /* NULL: the function needs none, or it cannot be opened */
    int link_keys;       /* descriptor of the file of keys; -1: none */
    int day_file;        /* when access tokens were used; -1: not known */
    int rate_file;       /* how much each person may still change; -1: not bounded */
    struct request_ids ids;
    struct metrics *metrics; /* its numbers */
};

/* What a function may do besides its own grants where it looks up who asks. */
enum { SERVE_SESSION_GRANTS = 4 };
extern const struct grant serve_session_grants[SERVE_SESSION_GRANTS];
bool serve_has_session(const struct function *function);

/* True if this person may do nothing without a second factor. */
bool serve_must_have_factor(const struct config *config, const struct user *user);

/*
 * Opens what the function needs, before walls go up around it. False: the database cannot be opened, which
 * the log says; each request is answered 503 then. While a release is installed the schema is another one's
 * for a moment: it is tried again for as long as `wait`, which takes its time, says true; NULL: not at all.
 */
MUST_CHECK bool serve_start(struct worker *worker, bool (*wait)(void));

/* A request of which nothing is known yet but its id, its method, its form and its language; all of it is in
 * the arena. */
struct request serve_begin(struct worker *worker, struct arena *arena, const struct gateway *gateway);

/* Answers one request: afterwards *head is the CGI response's head (RFC 3875, section 6) and *body its body,
 * both in the request's arena. */
void serve(struct worker *worker, struct request *request, struct buffer *head, struct buffer *body);

/* The answer to give if the request takes longer than its function may; in the request's arena. */
void serve_timeout(struct request *request, struct buffer *head, struct buffer *body);

/* The answer in place of what was said already: the commit that it shared with others has failed, or will not
 * be. In the request's arena. */
void serve_undone(struct request *request, enum outcome outcome, struct buffer *head, struct buffer *body);

/* Lets the worker's database go. */
void serve_end(struct worker *worker);
