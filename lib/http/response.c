#include "http/response.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "domain/session.h"
#include "http/keep.h"
#include "http/page.h"
#include "http/request.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *title;
} titles[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

const char *response_title(int status) {
    for (size_t i = 0; i < COUNT(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

void respond_header(struct request *request, const char *name, const char *value) {
    struct response *response = &request->response;
    for (const char *c = value; *c; c++)
        assert((unsigned char)*c >= ' ' && *c != 0x7F);
    assert(response->header_count < RESPONSE_MOST_HEADERS);
    response->headers[response->header_count].name = name;
    response->headers[response->header_count].value = value;
    response->header_count++;
}

static void start(struct request *request, int status, const char *content_type) {
    struct response *response = &request->response;
    response->status = status;
    response->content_type = content_type;
    response->body = buffer_new(request->arena, content_type ? 4096 : 0);
}

struct json_writer *respond_json(struct request *request, int status) {
    start(request, status, "application/json");
    request->response.json = json_write_to(&request->response.body);
    request->response.json.language = (int)request->language;
    return &request->response.json;
}

struct buffer *respond_text(struct request *request, int status, const char *content_type) {
    start(request, status, content_type);
    return &request->response.body;
}

struct buffer *respond_page(struct request *request, int status) {
    return respond_text(request, status, "text/html; charset=utf-8");
}

void respond_see_other(struct request *request, const char *location) {
    start(request, 303, NULL);
    respond_header(request, "Location", location);
}

void respond_empty(struct request *request, int status) {
    start(request, status, NULL);
}

void respond_done(struct request *request, const char *location) {
    if (request->is_html)
        respond_see_other(request, location);
    else
        start(request, 204, NULL);
}

static struct json_writer *open_problem(struct request *request, int status, const char *detail) {
    struct json_writer *json = respond_json(request, status);
    request->response.content_type = "application/problem+json";
    json_open_object(json);
    json_add_text(json, "type", "about:blank");
    json_add_text(json, "title", response_title(status));
    json_add_integer(json, "status", status);
    json_add_text(json, "detail", detail);
    json_add_text(json, "request", request->id);
    return json;
}

static void write_problem(struct request *request, int status, const char *detail) {
    if (request->is_html) {
        struct buffer *out = respond_page(request, status);
        const struct page_problem problem = {
            .status = status,
            .detail = detail,
            .request = request->id,
            .faults = request->faults,
            .viewer = request->user,
            .is_of_task = strncmp(request->path, "/api/tasks/", strlen("/api/tasks/")) == 0,
        };
        page_problem(out, request->language, &problem);
        return;
    }
    struct json_writer *json = open_problem(request, status, detail);
    if (request->faults) {
        json_key(json, "errors");
        json_open_array(json);
        for (const struct fault *fault = request->faults; fault; fault = fault->next) {
            json_open_object(json);
            json_add_text(json, "field", fault->field);
            json_add_text(json, "code", fault->code);
            json_add_text(json, "message", fault->message);
            json_close_object(json);
        }
        json_close_array(json);
    }
    json_close_object(json);
}

void respond_problem_text(struct request *request, int status, const char *detail) {
    request->faults = NULL;
    write_problem(request, status, detail);
}

void respond_throttled(struct request *request, int64_t retry_after_s, enum words_key detail) {
    const char *seconds = arena_print(request->arena, "%lld", (long long)retry_after_s);
    request_log_refusal(request, "too often");
    respond_header(request, "Retry-After", seconds);
    respond_problem_text(request, 429,
                         words_print(request->arena, request->language, detail, {"seconds", seconds}));
}

void respond_problem(struct request *request, int status, enum words_key detail) {
    respond_problem_text(request, status, words(request->language, detail));
}

void respond_problem_code(struct request *request, int status, const char *code, enum words_key detail) {
    if (request->is_html) {
        respond_problem(request, status, detail);
        return;
    }
    struct json_writer *json = open_problem(request, status, words(request->language, detail));
    json_add_text(json, "code", code);
    json_close_object(json);
}

void respond_faults(struct request *request) {
    write_problem(request, 422, words(request->language, WORDS_PROBLEM_VALUES));
}

struct json_writer *respond_problem_json(struct request *request, int status, enum words_key detail) {
    return open_problem(request, status, words(request->language, detail));
}

void respond_refused(struct request *request, int status, enum words_key detail, const char *why) {
    request_log_refusal(request, why);
    respond_problem(request, status, detail);
}

void respond_not_allowed(struct request *request, enum words_key detail) {
    respond_refused(request, 403, detail, "not hers to do");
}

void respond_outcome(struct request *request, enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_NOT_FOUND:
        respond_problem(request, 404, WORDS_PROBLEM_NOT_FOUND);
        break;
    case OUTCOME_FORBIDDEN:
        respond_not_allowed(request, WORDS_PROBLEM_FORBIDDEN);
        break;
    case OUTCOME_BUSY:
        respond_header(request, "Retry-After", "1");
        respond_problem(request, 503, WORDS_PROBLEM_BUSY);
        break;
    case OUTCOME_OK:
    case OUTCOME_EXISTS:
    case OUTCOME_CONFLICT:
    case OUTCOME_INVALID:
    case OUTCOME_THROTTLED:
    case OUTCOME_FAILED:
        log_error("outcome %d: %s", (int)outcome, request->db ? db_error(request->db) : "no database");
        respond_problem(request, 500, WORDS_PROBLEM_FAILED);
        break;
    }
}

static void set_cookie(struct request *request, const char *value, int64_t age_s) {
    const char *name = request_session_cookie(request);
    const char *secure = strcmp(name, "session") == 0 ? "" : "; Secure";
    respond_header(request, "Set-Cookie",
                   arena_print(request->arena, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", name,
                               value, (long long)age_s, secure));
}

/* The browser forgets the cookie when it is of no use any more. */
static int64_t cookie_age_s(const struct config *config, int64_t left_s) {
    int64_t idle_s = (config->session_idle_hours + 1) * SESSION_STAMP_S;
    return left_s < idle_s ? left_s : idle_s;
}

void respond_session(struct request *request, const char *cookie) {
    set_cookie(request, cookie, cookie_age_s(request->config, request->config->session_days * 24 * 3600));
}

void respond_session_end(struct request *request) {
    set_cookie(request, "", 0);
    /* What the browser kept of the list goes, too (ASVS 14.3.1). */
    respond_header(request, "Clear-Site-Data", "\"cache\"");
}

static bool sets_cookie(const struct response *response) {
    for (size_t i = 0; i < response->header_count; i++)
        if (strcmp(response->headers[i].name, "Set-Cookie") == 0)
            return true;
    return false;
}

void respond_session_renewed(struct request *request) {
    const struct session *session = request->session;
    if (session && session->renewed && !sets_cookie(&request->response))
        set_cookie(request, session->renewed,
                   cookie_age_s(request->config, session->expires_at - clock_now()));
}

/* True if the tag stands in an If-None-Match list (RFC 9110, 13.1.2: weak comparison). */
static bool names_tag(const char *list, const char *tag) {
    size_t size = strlen(tag);
    while (*list) {
        list += strspn(list, ", \t");
        if (*list == '*')
            return true;
        if (strncmp(list, "W/", 2) == 0)
            list += 2;
        size_t length = strcspn(list, ", \t");
        if (length == size && memcmp(list, tag, size) == 0)
            return true;
        list += length;
    }
    return false;
}

/* Sets the ETag and returns it. `digest` tells apart what the rest does not. */
static const char *set_tag(struct request *request, int64_t position, const char *digest) {
    char day[CLOCK_DAY_BYTES];
    clock_write_day(clock_now(), day);
    struct buffer tag = buffer_new(request->arena, 64);
    buffer_add_char(&tag, '"');
    buffer_add_integer(&tag, position);
    buffer_add_char(&tag, '-');
    buffer_add_integer(&tag, request->user ? request->user->id : 0);
    buffer_add_char(&tag, '.');
    buffer_add_integer(&tag, (int64_t)request->actor.scope);
    buffer_add_char(&tag, '-');
    /* What is overdue changes with the day, with the language the words, and with a token what is told. */
    buffer_add(&tag, day);
    buffer_add_char(&tag, '-');
    buffer_add(&tag, language_code(request->language));
    buffer_add(&tag, request->is_html ? "-html" : "");
    buffer_add(&tag, digest);
    buffer_add_char(&tag, '"');
    respond_header(request, "ETag", tag.data);
    return tag.data;
}

static bool client_has(const struct request *request, const char *tag) {
    const char *known = request_header(request, "HTTP_IF_NONE_MATCH");
    return known && names_tag(known, tag);
}

static bool respond_known_by(struct request *request, int64_t position, const char *digest) {
    const char *tag = set_tag(request, position, digest);
    if (client_has(request, tag)) {
        start(request, 304, NULL);
        return true;
    }
    if (!request->keep)
        return false;
    const char *key = arena_print(request->arena, "%s %s?%s", tag, request->path, request->query);
    if (keep_find(request->keep, key, &request->response))
        return true;
    request->keep_key = key;
    return false;
}

bool respond_known(struct request *request, int64_t position) {
    return respond_known_by(request, position, "");
}

bool respond_known_on(struct request *request, int64_t position, const char *day) {
    return respond_known_by(request, position, arena_print(request->arena, "-%s", day));
}

void respond_tagged(struct request *request, int64_t position) {
    enum { ENOUGH_BYTES = 12 };
    unsigned char hash[SHA256_BYTES];
    sha256(request->response.body.data, request->response.body.size, hash);
    const char *digest = base64url_encode(request->arena, hash, ENOUGH_BYTES);
    const char *tag = set_tag(request, position, arena_print(request->arena, "-%s", digest));
    if (client_has(request, tag))
        start(request, 304, NULL);
}
