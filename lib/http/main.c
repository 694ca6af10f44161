/*
 * `main` of every function. With a listening socket on descriptor 0 (lighttpd's bin-path, spawn-fcgi) it
 * serves FastCGI; with CGI's variables and no socket it answers one request and ends.
 */
#include "base/log.h"
#include "http/cgi.h"
#include "http/fastcgi.h"
#include "http/pool.h"
#include "http/wall.h"

#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    wall_begin();
    struct arena *arena = arena_new(); /* for as long as the process lives */
    const char *error = NULL;
    const struct config *config = config_read(arena, &error);
    if (!config) {
        log_error("%s", error);
        return EXIT_FAILURE;
    }
    if (!log_open(FUNCTION.name, config->log)) {
        log_error("cannot open the log %s", config->log);
        return EXIT_FAILURE;
    }
    if (pool_is_trial())
        return EXIT_SUCCESS;
    /* A gateway that hangs up must not end the worker. */
    (void)signal(SIGPIPE, SIG_IGN);
    struct worker worker = {.function = &FUNCTION, .config = config, .arena = arena_new()};
    int status = EXIT_FAILURE;
    if (!FCGX_IsCGI())
        status = fastcgi_serve(&worker);
    else if (getenv("REQUEST_METHOD"))
        status = cgi_serve(&worker);
    else
        (void)fprintf(stderr, "%s is a function of Pumasi: a web server starts it (FastCGI, or CGI)\n",
                      FUNCTION.name);
    serve_end(&worker);
    arena_free(worker.arena);
    arena_free(arena);
    return status;
}
