#pragma once
/* One request, from the gateway's variables to checked input, and what a handler asks of it. */

#include "base/config.h"
#include "domain/session.h"
#include "domain/signature.h"
#include "http/function.h"
#include "http/response.h"

enum { REQUEST_MOST_BODY_BYTES = 256 * 1024, REQUEST_MOST_DEPTH = 16, REQUEST_MOST_FAULTS = 64 };

/* Where a request comes from: FastCGI or the environment of a plain CGI program. */
struct gateway {
    const char *(*variable)(void *with, const char *name); /* CGI variable (RFC 3875); NULL: not there */
    size_t (*read)(void *with, char *bytes,
                   size_t size); /* of the body; less than asked for: it ends there */
    void *with;
    char *const *variables; /* all of them, "NAME=value", NULL behind the last */
};

struct keep;

struct request {
    struct arena *arena;
    struct db *db;
    const struct config *config;
    const struct function *function;
    const struct gateway *gateway;
    struct response response;

    const char *id; /* see request_id.h */
    const char *method;
    const char *path;  /* decoded, without the query */
    const char *query; /* raw; "" where there is none */
    int64_t path_id;   /* the {id} of the route; 0: none */
    bool is_html;      /* a plain browser asks: answer pages and redirects */
    enum language language;
    const struct user *user;       /* NULL: nobody is signed in */
    struct actor actor;            /* the same, for `may` */
    const struct session *session; /* NULL: none */
    bool has_factor; /* a second one: since turning it on or off ends all other sessions, whoever
                        has one signed in with it */
    int day_file;    /* when access tokens were used; -1: not known */
    int rate_file;   /* how much each person may still change; -1: not bounded */

    int link_keys; /* descriptor of the file of keys; -1: the function reads no signed links */

    struct keep *keep;    /* answers to give again; NULL: the process answers one request only */
    const char *keep_key; /* under which this answer may be kept; NULL: it may not */

    struct field_value *values; /* one for each declared field, in order */
    struct fault *faults;       /* NULL: none */
    size_t fault_count;
};

/* The value of the function's field number `index`. */
const struct field_value *request_value(const struct request *request, size_t index);

/* Says what is wrong with a field; the answer is 422 then (respond_faults). Faults beyond the first 64 are
 * not told. */
void request_fault(struct request *request, const char *field, const char *code, enum words_key message);

/* The same with a sentence that is made already. */
void request_fault_text(struct request *request, const char *field, const char *code, const char *message);

/* Tells the log, in bounds, that this request is refused and why: what an attack looks like, not what people
 * mistype (ASVS 16.3.2, 16.3.3). `why` is ours, never what somebody sent. */
void request_log_refusal(const struct request *request, const char *why);

/* A request header, NULL where there is none: request_header(request, "HTTP_ACCEPT"). */
const char *request_header(const struct request *request, const char *variable);

/* Value of a cookie; NULL where there is none. */
const char *request_cookie(struct request *request, const char *name);

/* "session", or "__Host-session" where the base address is https. */
const char *request_session_cookie(const struct request *request);

/* Of the browser's session; 0 where there is none. */
int64_t request_session_id(const struct request *request);

/* A value of the query as it was given; NULL where there is none. */
const char *request_query(struct request *request, const char *name);

/* The keys of signed links, as they are now. False, which the log says: there are none. */
MUST_CHECK bool request_signer(const struct request *request, struct signer *signer);

/* The version that an If-Match: "7" names (RFC 9110, 13.1.1); 0 where there is none. */
int64_t request_if_match(const struct request *request);

/* "/api/tasks/7", of the task that the address names. */
const char *request_task_path(const struct request *request);
