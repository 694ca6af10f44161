#include "http/serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/percent.h"
#include "data/day_file.h"
#include "data/rate_file.h"
#include "data/side_file.h"
#include "domain/session.h"
#include "http/bearer.h"
#include "http/bounds.h"
#include "http/input.h"
#include "http/keep.h"
#include "http/route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MOST_GRANTS = 24 };

static bool is_fallback(const struct function *function) {
    return strcmp(function->name, "no-route") == 0;
}

static bool is_safe(const struct request *request) {
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static bool has_signed_link(const struct function *function) {
    return function->access == ACCESS_SIGNED_LINK;
}

/* True if a plain browser asks: it prefers text/html, while programs name application/json or take anything.
 * A link from a mail is for people, whatever opens it. */
static bool accepts_html(const struct function *function, const char *accept) {
    if (accept && (strstr(accept, "application/json") || strstr(accept, "application/problem+json")))
        return false;
    return has_signed_link(function) || (accept && strstr(accept, "text/html"));
}

/* ---- what arrived ---- */

static bool read_target(struct request *request) {
    const char *target = request_header(request, "REQUEST_URI");
    if (!target || *target != '/' || strlen(target) > BOUNDS_MOST_TARGET_BYTES)
        return false;
    size_t size = strcspn(target, "?#");
    const char *path = percent_decode(request->arena, target, size, false);
    request->query = target[size] == '?' ? target + size + 1 : "";
    if (!path)
        return false;
    request->path = path;
    return true;
}

/* The route table again, though the gateway has looked already: the same program stands behind any gateway.
 */
static bool check_route(struct request *request) {
    if (is_fallback(request->function))
        return true;
    const struct route *row = NULL;
    enum route_match match = route_find(request->method, request->path, &row, &request->path_id);
    if (match == ROUTE_FOUND && strcmp(row->function, request->function->name) == 0)
        return true;
    if (match == ROUTE_NO_METHOD) {
        respond_header(request, "Allow", route_methods(request->arena, request->path));
        respond_problem(request, 405, WORDS_PROBLEM_METHOD);
    } else {
        respond_problem(request, 404, WORDS_PROBLEM_NO_ROUTE);
    }
    return false;
}

/* The authority part of "scheme://host:port/...". */
static struct span authority_of(const char *url) {
    const char *start = strstr(url, "://");
    start = start ? start + 3 : "";
    return (struct span){start, strcspn(start, "/")};
}

/*
 * A request that changes something must come from our own pages: browsers say so in Sec-Fetch-Site, older
 * ones in Origin (ASVS 3.5.1). Programs without a browser send an Origin.
 */
static bool is_same_origin(const struct request *request) {
    const char *site = request_header(request, "HTTP_SEC_FETCH_SITE");
    if (site)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    const char *origin = request_header(request, "HTTP_ORIGIN");
    const char *host = request_header(request, "HTTP_HOST");
    if (!origin)
        return false;
    /* A page of http://HOST is not one of https://HOST: who sits on the line can serve it. */
    const char *base = request->config->base_url;
    if (strncasecmp(origin, base, strcspn(base, ":") + 1) != 0)
        return false;
    struct span from = authority_of(origin);
    struct span own = authority_of(base);
    bool is_base = from.size == own.size && strncasecmp(from.text, own.text, own.size) == 0;
    bool is_host = host && strlen(host) == from.size && strncasecmp(from.text, host, from.size) == 0;
    return from.size && (is_base || is_host);
}

/* ---- the body ---- */

/* Digits and nothing else: libfcgi hands "-1" and "12abc" through. -1 where it is not a number. */
static int64_t content_length(const struct request *request) {
    const char *text = request_header(request, "CONTENT_LENGTH");
    if (!text || !*text)
        return 0;
    size_t size = strspn(text, "0123456789");
    if (text[size] || size > 18)
        return -1;
    return strtoll(text, NULL, 10);
}

static bool media_type_is(const char *content_type, const char *type) {
    size_t size = strlen(type);
    return content_type && strncasecmp(content_type, type, size) == 0 &&
           (!content_type[size] || strchr("; \t", content_type[size]));
}

static void respond_malformed(struct request *request, const char *detail) {
    request_log_refusal(request, "it cannot be read");
    respond_problem_text(request, 400, detail);
}

static bool read_body(struct request *request) {
    int64_t size = content_length(request);
    if (size < 0) {
        respond_refused(request, 400, WORDS_PROBLEM_LENGTH, "a length that is no number");
        return false;
    }
    if (size > REQUEST_MOST_BODY_BYTES) {
        respond_refused(request, 413, WORDS_PROBLEM_TOO_LARGE, "a body that is too large");
        return false;
    }
    const char *content_type = request_header(request, "CONTENT_TYPE");
    bool is_json = media_type_is(content_type, "application/json");
    bool is_form = media_type_is(content_type, "application/x-www-form-urlencoded");
    bool is_multipart =
        has_signed_link(request->function) && media_type_is(content_type, "multipart/form-data");
    if (!is_json && !is_form && !is_multipart && (size || (content_type && *content_type))) {
        respond_refused(request, 415, WORDS_PROBLEM_MEDIA_TYPE, "a body of another type");
        return false;
    }
    char *body = arena_take(request->arena, (size_t)size + 1);
    size_t got = request->gateway->read(request->gateway->with, body, (size_t)size);
    if (got != (size_t)size) {
        respond_problem(request, 400, WORDS_PROBLEM_TRUNCATED);
        return false;
    }
    const char *detail = NULL;
    enum input_result result = INPUT_GOOD;
    if (is_json && (size || request->function->field_count))
        result = input_read_json(request, body, got, &detail);
    else if (is_multipart)
        result = input_read_multipart(request, content_type, body, got, &detail);
    else
        result = input_read_form(request, body, got, &detail);
    if (result == INPUT_MALFORMED)
        respond_malformed(request, detail);
    return result == INPUT_GOOD;
}

static bool read_input(struct request *request) {
    request->values =
        arena_take_array(request->arena, request->function->field_count, sizeof(*request->values));
    if (!is_safe(request))
        return read_body(request);
    const char *detail = NULL;
    if (input_read_form(request, request->query, strlen(request->query), &detail) == INPUT_GOOD)
        return true;
    respond_malformed(request, detail);
    return false;
}

/* ---- database and session ---- */

const struct grant serve_session_grants[SERVE_SESSION_GRANTS] = {
    {"session", MAY_READ}, {"user", MAY_READ}, {"api_token", MAY_READ}, {"factor", MAY_READ}};

static bool is_reader(const struct function *function) {
    for (size_t i = 0; i < function->grant_count; i++)
        if (function->grants[i].verbs != MAY_READ)
            return false;
    return true;
}

bool serve_has_session(const struct function *function) {
    return function->access == ACCESS_OPTIONAL || function->access == ACCESS_MEMBER;
}

static bool needs_database(const struct function *function) {
    return function->grant_count || serve_has_session(function);
}

/* -1, which the log says, where there are none: a request without them is answered 500. */
static int open_link_keys(struct worker *worker) {
    const char *error = NULL;
    int descriptor = key_file_open(worker->arena, worker->config->link_keys, &error);
    if (descriptor < 0)
        log_error("%s", error);
    return descriptor;
}

bool serve_start(struct worker *worker, bool (*wait)(void)) {
    const struct function *function = worker->function;
    clock_prepare();
    if (function->prepare)
        function->prepare();
    if (function->needs_keys)
        worker->link_keys = open_link_keys(worker);
    if (!needs_database(function))
        return true;
    static struct grant grants[MOST_GRANTS]; /* outlives the connection, as grants must */
    assert(function->grant_count + SERVE_SESSION_GRANTS <= MOST_GRANTS);
    size_t count = 0;
    for (size_t i = 0; i < function->grant_count; i++)
        grants[count++] = function->grants[i];
    if (serve_has_session(function))
        for (size_t i = 0; i < SERVE_SESSION_GRANTS; i++)
            grants[count++] = serve_session_grants[i];
    struct db_options options = {
        .path = worker->config->database,
        .is_read_only = is_reader(function),
        .grants = grants,
        .grant_count = count,
    };
    const char *error = NULL;
    if (serve_has_session(function))
        worker->day_file = day_file_open(worker->config->database);
    if (serve_has_session(function) && !is_reader(function))
        worker->rate_file = rate_file_open(worker->config->database);
    enum db_open_result result = DB_UNUSABLE;
    do
        result = db_open(&options, worker->arena, &worker->db, &error);
    while ((result == DB_OLDER || result == DB_NEWER) && wait && wait());
    if (result != DB_OPENED)
        log_error("%s", error);
    return result == DB_OPENED;
}

static bool take_database(struct worker *worker, struct request *request) {
    request->db = worker->db;
    if (request->db) {
        db_set_request(request->db, request->id);
        return true;
    }
    respond_header(request, "Retry-After", "5");
    respond_problem(request, 503, WORDS_PROBLEM_NO_DATABASE);
    return false;
}

bool serve_must_have_factor(const struct config *config, const struct user *user) {
    return config->second_factor == SECOND_FACTOR_ALL ||
           (config->second_factor == SECOND_FACTOR_ADMINS && user->is_admin);
}

/* Who must have a second factor and has none can do nothing but get one, by whatever way she comes
 * (ASVS 6.3.3, 6.3.4). */
static bool has_factor(struct request *request) {
    if (request->has_factor || request->function->is_for_enrolment ||
        !serve_must_have_factor(request->config, request->user))
        return true;
    request_log_refusal(request, "no second factor");
    if (request->is_html && is_safe(request))
        respond_see_other(request, "/api/totp");
    else
        respond_problem_code(request, 403, "factor_required", WORDS_PROBLEM_FACTOR_REQUIRED);
    return false;
}

static bool find_user(struct request *request) {
    if (!serve_has_session(request->function))
        return true;
    const char *bearer = bearer_of(request);
    if (bearer)
        return bearer_find_user(request, bearer) && has_factor(request);
    const char *cookie = request_cookie(request, request_session_cookie(request));
    enum outcome outcome = OUTCOME_NOT_FOUND;
    struct session *session = arena_take(request->arena, sizeof(*session));
    struct user *user = arena_take(request->arena, sizeof(*user));
    if (cookie)
        outcome = session_find(request->db, request->arena, cookie, request->config->session_idle_hours,
                               session, user);
    if (outcome == OUTCOME_OK) {
        request->session = session;
        request->has_factor = session->has_factor;
        request->user = user;
        request->actor = actor_of(user, SCOPE_SESSION);
        request->language = user->language;
        return has_factor(request);
    }
    if (outcome != OUTCOME_NOT_FOUND) {
        respond_outcome(request, outcome);
        return false;
    }
    if (request->function->access == ACCESS_OPTIONAL)
        return true;
    if (request->is_html && is_safe(request))
        respond_see_other(request, "/");
    else
        respond_problem(request, 401, WORDS_PROBLEM_SIGN_IN);
    return false;
}

/* ---- the whole ---- */

static bool check_may(struct request *request) {
    if (may(&request->actor, request->function->verb, NULL))
        return true;
    if (request->user && request->actor.scope != SCOPE_SESSION)
        bearer_refuse(request);
    else
        respond_not_allowed(request, WORDS_PROBLEM_NOT_ALLOWED);
    return false;
}

/* A person's changes are bounded (ASVS 2.4.1), but never what guards her account: whoever has her session or
 * token could keep her from it. */
static bool check_rate(struct request *request) {
    enum verb verb = request->function->verb;
    int64_t wait_s = 0;
    if (!request->user || is_safe(request) || verb == VERB_SIGN_OUT || verb == VERB_ACCOUNT_SECURE ||
        rate_file_take(request->rate_file, request->user->id, clock_now(), request->config->changes_a_minute,
                       &wait_s))
        return true;
    respond_throttled(request, wait_s, WORDS_PROBLEM_THROTTLED_CHANGES);
    return false;
}

/* True if a fault is none of somebody who types into a form of ours. */
static bool is_tampered(const struct request *request) {
    static const char *const codes[] = {"unknown", "repeated", "type", "control", "choice"};
    for (const struct fault *fault = request->faults; fault; fault = fault->next)
        for (size_t i = 0; i < COUNT(codes); i++)
            if (strcmp(fault->code, codes[i]) == 0)
                return true;
    return false;
}

/* Each check answers by itself where it fails. */
static void answer(struct worker *worker, struct request *request) {
    if (!bounds_allow_variables(request->gateway->variables)) {
        respond_refused(request, 431, WORDS_PROBLEM_HEADERS, "too many headers, or too long");
        return;
    }
    if (!read_target(request)) {
        respond_refused(request, 400, WORDS_PROBLEM_TARGET, "an address that is none");
        return;
    }
    if (!check_route(request))
        return;
    bool shows_token = serve_has_session(request->function) && bearer_of(request);
    bool may_come_from_anywhere = is_fallback(request->function) || has_signed_link(request->function) ||
                                  is_safe(request) || shows_token;
    if (!may_come_from_anywhere && !is_same_origin(request)) {
        respond_refused(request, 403, WORDS_PROBLEM_ORIGIN, "it comes from another site");
        return;
    }
    if (needs_database(request->function)) {
        if (!take_database(worker, request))
            return;
        /* A reader sees one state of the database, from the session to the last row. */
        if (is_reader(request->function) && db_begin_read(request->db) != DB_OK) {
            respond_outcome(request, OUTCOME_BUSY);
            return;
        }
    }
    if (!find_user(request) || !check_may(request) || !check_rate(request) ||
        (!is_fallback(request->function) && !read_input(request)))
        return;
    if (is_tampered(request))
        request_log_refusal(request, "fields that no form of ours sends");
    if (!request->faults)
        request->function->run(request);
    else if (request->is_html && request->function->show_faults)
        request->function->show_faults(request);
    else
        respond_faults(request);
}

/*
 * What every answer asks of the browser, also one that is no page: somebody may have made a window or a frame
 * of it (ASVS 3.4). scripts/gateway.d says the same of files.
 */
#define STRICT_TRANSPORT "max-age=31536000; includeSubDomains"
#define PAGE_POLICY                                                                                            \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
#define DATA_POLICY                                                                                          \
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "     \
    "'none'\r\n"
#define PROTECTION                                                                                             \
    "X-Content-Type-Options: nosniff\r\n"                                                                      \
    "Referrer-Policy: same-origin\r\n"                                                                         \
    "Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()\r\n" \
    "Cross-Origin-Opener-Policy: same-origin\r\n"                                                              \
    "Cross-Origin-Resource-Policy: same-origin\r\n"

static void add_header(struct buffer *head, const char *name, const char *value) {
    buffer_add(head, name);
    buffer_add(head, ": ");
    buffer_add(head, value);
    buffer_add(head, "\r\n");
}

/* Only what has a tag is kept, to be asked for anew each time: tasks and who is in the team, which a list
 * that has not changed should not cost again. Secrets, addresses, settings and forms are not (ASVS 14.3.2).
 */
static const char *cache_control(const struct response *response) {
    for (size_t i = 0; i < response->header_count; i++)
        if (strcmp(response->headers[i].name, "ETag") == 0)
            return "private, no-cache";
    return "no-store";
}

static void write_head(struct request *request, struct buffer *head) {
    const struct response *response = &request->response;
    buffer_add(head, "Status: ");
    buffer_add_integer(head, response->status);
    buffer_add_char(head, ' ');
    buffer_add(head, response_title(response->status));
    buffer_add(head, "\r\n");
    if (response->content_type)
        add_header(head, "Content-Type", response->content_type);
    /* What a 304 says replaces what the browser has kept of the page (RFC 9111, 4.3.4). */
    bool is_page = response->status == 304
                       ? request->is_html
                       : response->content_type && strncmp(response->content_type, "text/html", 9) == 0;
    buffer_add(head, is_page ? PAGE_POLICY : DATA_POLICY);
    if (strncmp(request->config->base_url, "https://", 8) == 0)
        buffer_add(head, "Strict-Transport-Security: " STRICT_TRANSPORT "\r\n");
    for (size_t i = 0; i < response->header_count; i++)
        add_header(head, response->headers[i].name, response->headers[i].value);
    add_header(head, "Cache-Control", cache_control(response));
    add_header(head, "X-Request-Id", request->id);
    buffer_add(head, "Content-Length: ");
    buffer_add_integer(head, (int64_t)response->body.size);
    buffer_add(head, "\r\n"
                     "Vary: Accept, Accept-Language, Authorization, Cookie\r\n" PROTECTION "\r\n");
}

struct request serve_begin(struct worker *worker, struct arena *arena, const struct gateway *gateway) {
    struct request request = {
        .arena = arena,
        .config = worker->config,
        .function = worker->function,
        .gateway = gateway,
        .keep = worker->keep,
        .link_keys = worker->link_keys,
        .day_file = worker->day_file,
        .rate_file = worker->rate_file,
        .path = "",
        .query = "",
        .id = request_id_make(&worker->ids, arena, gateway, worker->config->trusted_proxy),
    };
    const char *method = request_header(&request, "REQUEST_METHOD");
    request.method = method ? method : "GET";
    request.is_html = accepts_html(request.function, request_header(&request, "HTTP_ACCEPT"));
    request.language = language_accepted(request_header(&request, "HTTP_ACCEPT_LANGUAGE"));
    return request;
}

static void end(struct request *request, struct buffer *head, struct buffer *body) {
    assert(request->response.status);
    *head = buffer_new(request->arena, 1024);
    write_head(request, head);
    *body = request->response.body;
    if (strcmp(request->method, "HEAD") == 0)
        body->size = 0;
}

void serve(struct worker *worker, struct request *request, struct buffer *head, struct buffer *body) {
    log_set_request(request->id);
    answer(worker, request);
    if (request->db) {
        db_end_read(request->db);
        db_rollback(request->db);
        db_set_request(request->db, NULL);
    }
    /* What a group has yet to commit may never have been. */
    bool is_certain = !request->db || !db_group_is_writing(request->db);
    if (request->keep_key && is_certain && request->response.status == 200)
        keep_add(request->keep, request->keep_key, &request->response);
    /* Behind what is kept: an answer is given again to other sessions of the same person. */
    respond_session_renewed(request);
    end(request, head, body);
    log_set_request(NULL);
}

void serve_timeout(struct request *request, struct buffer *head, struct buffer *body) {
    respond_problem(request, 504, WORDS_PROBLEM_TIMEOUT);
    end(request, head, body);
}

void serve_undone(struct request *request, enum outcome outcome, struct buffer *head, struct buffer *body) {
    log_set_request(request->id);
    request->response = (struct response){0};
    respond_outcome(request, outcome);
    end(request, head, body);
    log_set_request(NULL);
}

void serve_end(struct worker *worker) {
    db_close(worker->db);
    worker->db = NULL;
    side_file_close(worker->day_file);
    worker->day_file = -1;
    side_file_close(worker->rate_file);
    worker->rate_file = -1;
    keep_free(worker->keep);
    worker->keep = NULL;
    if (worker->link_keys >= 0)
        (void)close(worker->link_keys);
    worker->link_keys = -1;
}
