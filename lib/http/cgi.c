#include "http/cgi.h"

#include "base/clock.h"
#include "data/metrics_file.h"
#include "http/wall.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *variable(void *with, const char *name) {
    (void)with;
    return getenv(name);
}

static size_t read_input(void *with, char *bytes, size_t size) {
    (void)with;
    return fread(bytes, 1, size, stdin);
}

int cgi_serve(struct worker *worker) {
    const struct gateway gateway = {variable, read_input, NULL, environ};
    struct buffer head;
    struct buffer body;
    (void)alarm(
        worker->function->limits.seconds); /* the default action ends the process; the web server answers */
    (void)!serve_start(worker, NULL);      /* false: the request is answered 503 */
    if (!wall_up(&worker->function->limits, NULL))
        return EXIT_FAILURE;
    const int64_t begun_ns = clock_monotonic_ns();
    struct request request = serve_begin(worker, worker->arena, &gateway);
    serve(worker, &request, &head, &body);
    metrics_answered(worker->metrics, request.response.status, clock_monotonic_ns() - begun_ns);
    bool sent = fwrite(head.data, 1, head.size, stdout) == head.size &&
                fwrite(body.data ? body.data : "", 1, body.size, stdout) == body.size && fflush(stdout) == 0;
    return sent ? EXIT_SUCCESS : EXIT_FAILURE;
}
