/* A whole request as FastCGI brings it, through the whole of the request layer: NAME=VALUE, each with a zero
 * byte behind it, an empty one, then the body. Whatever arrives, the answer has a head that no gateway can
 * misread. */
#include "fuzz.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "http/client_address.h"
#include "http/serve.h"
#include "http/task_input.h"

#include <stdio.h>

enum { MOST_VARIABLES = 600 };

struct arrived {
    char *variables[MOST_VARIABLES + 1];
    struct fuzz_input body;
};

static const char *variable(void *with, const char *name) {
    const struct arrived *arrived = with;
    size_t size = strlen(name);
    for (char *const *at = arrived->variables; *at; at++)
        if (strncmp(*at, name, size) == 0 && (*at)[size] == '=')
            return *at + size + 1;
    return NULL;
}

static size_t read_body(void *with, char *bytes, size_t size) {
    struct arrived *arrived = with;
    size_t left = (size_t)(arrived->body.end - arrived->body.at);
    size_t got = size < left ? size : left;
    if (got)
        memcpy(bytes, arrived->body.at, got);
    arrived->body.at += got;
    return got;
}

static const struct field fields[] = {
    [IN_TITLE] = {.name = "title", .type = FIELD_TEXT, .least = 1, .most = TASK_MOST_TITLE},
    TASK_INPUT_FIELDS,
    {.name = "q", .type = FIELD_TEXT, .most = 200},
    {.name = "token", .type = FIELD_TEXT},
    {.name = "email", .type = FIELD_EMAIL},
    {.name = "time_zone", .type = FIELD_TEXT},
};

/* Reads all that a handler may, and says it again. */
static void run(struct request *request) {
    const char *address =
        client_address(request->arena, request->gateway->variables, request->config->trusted_proxy);
    PROMISE(strlen(address) < 46 && strspn(address, "0123456789abcdef.:") == strlen(address));
    PROMISE(request_if_match(request) >= 0);
    const char *token = request_query(request, "token");
    PROMISE(!token || utf8_is_valid(token, strlen(token)));
    const char *cookie = request_cookie(request, request_session_cookie(request));
    const char *title = request_value(request, IN_TITLE)->text;
    PROMISE(!title || utf8_is_valid(title, strlen(title)));
    if (request->is_html && title) {
        buffer_add_html(respond_page(request, 200), title);
    } else {
        struct json_writer *json = respond_json(request, 200);
        json_open_object(json);
        json_add_text(json, "title", title);
        json_add_text(json, "token", token);
        json_add_boolean(json, "cookie", cookie != NULL);
        json_close_object(json);
    }
    respond_tagged(request, request->path_id);
}

static void run_no_route(struct request *request) {
    respond_problem(request, 404, WORDS_PROBLEM_NO_ROUTE);
}

#define OF(its_name, its_access)                                                                             \
    { .name = its_name, .access = its_access, FUNCTION_FIELDS(fields), .run = run }
static const struct function functions[] = {OF("task-list", ACCESS_ANYONE),
                                            OF("task-create", ACCESS_ANYONE),
                                            OF("task-update", ACCESS_ANYONE),
                                            OF("unsubscribe", ACCESS_SIGNED_LINK),
                                            {.name = "no-route", .run = run_no_route}};

static void check_head(const struct buffer *head, const struct buffer *body, bool is_head) {
    PROMISE(head->size > 14 && memcmp(head->data, "Status: ", 8) == 0);
    PROMISE(memcmp(head->data + head->size - 4, "\r\n\r\n", 4) == 0);
    long long length = -1;
    const char *end = head->data + head->size - 2;
    for (const char *line = head->data; line < end;) {
        const char *line_end = memchr(line, '\r', (size_t)(end - line));
        PROMISE(line_end && line_end > line && line_end[1] == '\n');
        const char *colon = memchr(line, ':', (size_t)(line_end - line));
        PROMISE(colon && colon > line && colon[1] == ' ');
        for (const char *c = line; c < line_end; c++)
            PROMISE(*c >= ' ' && *c < 0x7F);
        if (strncmp(line, "Content-Length: ", 16) == 0) {
            PROMISE(length < 0);
            length = strtoll(line + 16, NULL, 10);
        }
        line = line_end + 2;
    }
    PROMISE(is_head ? body->size == 0 : length == (long long)body->size);
    PROMISE(utf8_is_valid(body->data ? body->data : "", body->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static bool is_ready;
    if (!is_ready) {
        PROMISE(log_open("fuzz", "/dev/null"));
        clock_prepare();
        is_ready = true;
    }
    struct fuzz_input input = {bytes, bytes + size};
    unsigned choice = fuzz_byte(&input);
    struct arrived arrived = {.variables = {NULL}};
    size_t count = 0;
    while (count < MOST_VARIABLES && input.at < input.end && *input.at)
        arrived.variables[count++] = fuzz_text(&input);
    input.at += input.at < input.end;
    arrived.body = input;

    const struct config config = {.base_url =
                                      choice & 8 ? "https://pumasi.example.org" : "http://127.0.0.1:8080",
                                  .trusted_proxy = "127.0.0.1, 192.0.2.1"};
    struct worker worker = {.function = &functions[(choice & 7) % COUNT(functions)],
                            .config = &config,
                            .arena = arena_new(),
                            .link_keys = -1,
                            .day_file = -1,
                            .rate_file = -1};
    const struct gateway gateway = {variable, read_body, &arrived, arrived.variables};
    struct request request = serve_begin(&worker, worker.arena, &gateway);
    struct buffer head;
    struct buffer body;
    serve(&worker, &request, &head, &body);
    check_head(&head, &body, strcmp(request.method, "HEAD") == 0);
    serve_end(&worker);
    arena_free(worker.arena);
    for (size_t i = 0; i < count; i++)
        free(arrived.variables[i]);
    return 0;
}
