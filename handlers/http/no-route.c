/* Answers what no line of handlers/routes names: 405 with Allow for a known path, 404 for any other. */
#include "http/request.h"
#include "http/route.h"

#include <string.h>

static void run(struct request *request) {
    const char *methods = route_methods(request->arena, request->path);
    bool is_read = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    /* Outside the API there are only files, to be read. */
    if (!methods && !is_read && strncmp(request->path, "/api", 4) != 0)
        methods = "GET, HEAD";
    if (methods) {
        respond_header(request, "Allow", methods);
        respond_problem(request, 405, WORDS_PROBLEM_METHOD);
    } else {
        respond_problem(request, 404, WORDS_PROBLEM_NO_ROUTE);
    }
}

const struct function FUNCTION = {
    .name = "no-route",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
