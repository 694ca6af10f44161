/*
 * `main` of every function. With a listening socket on descriptor 0 (lighttpd's bin-path, spawn-fcgi) it
 * serves FastCGI; with CGI's variables and no socket it answers one request and ends.
 */
#include "base/log.h"
#include "data/metrics_file.h"
#include "http/cgi.h"
#include "http/fastcgi.h"
#include "http/pool.h"
#include "http/wall.h"

#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_own(const struct grant *grant) {
    for (size_t i = 0; i < FUNCTION.grant_count; i++)
        if (strcmp(FUNCTION.grants[i].table, grant->table) == 0 && (FUNCTION.grants[i].verbs & grant->verbs))
            return true;
    return false;
}

static void describe_verb(unsigned verb) {
    const char *between = "| ";
    for (size_t i = 0; i < FUNCTION.grant_count; i++) {
        if (FUNCTION.grants[i].verbs & verb) {
            (void)printf("%s%s", between, FUNCTION.grants[i].table);
            between = ", ";
        }
    }
    for (size_t i = 0; i < SERVE_SESSION_GRANTS && serve_has_session(&FUNCTION); i++) {
        if ((serve_session_grants[i].verbs & verb) && !is_own(&serve_session_grants[i])) {
            (void)printf("%s%s", between, serve_session_grants[i].table);
            between = ", ";
        }
    }
    (void)printf(strcmp(between, ", ") == 0 ? " " : "| ");
}

/* Its row of the README's table. */
static void describe(void) {
    static const char *const access[] = {
        [ACCESS_ANYONE] = "anyone",
        [ACCESS_OPTIONAL] = "anyone",
        [ACCESS_MEMBER] = "who is signed in",
        [ACCESS_SIGNED_LINK] = "who has the link",
    };
    (void)printf("| %s | %s ", FUNCTION.name, access[FUNCTION.access]);
    for (unsigned verb = MAY_READ; verb <= MAY_DELETE; verb <<= 1)
        describe_verb(verb);
    (void)printf("| %u | %u s | %u MiB |\n", FUNCTION.limits.workers, FUNCTION.limits.seconds,
                 FUNCTION.limits.memory_mib ? FUNCTION.limits.memory_mib : FUNCTION_USUAL_MEMORY_MIB);
}

static int run(struct worker *worker) {
    if (pool_is_trial())
        return EXIT_SUCCESS;
    worker->metrics = metrics_open(worker->config->database, FUNCTION.name);
    /* A gateway that hangs up must not end the worker. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (!FCGX_IsCGI())
        return fastcgi_serve(worker);
    if (getenv("REQUEST_METHOD"))
        return cgi_serve(worker);
    (void)fprintf(stderr, "%s is a function of Pumasi: a web server starts it (FastCGI, or CGI)\n",
                  FUNCTION.name);
    describe();
    return EXIT_FAILURE;
}

int main(void) {
    wall_begin();
    bool was_idle = pool_was_idle();
    struct arena *arena = arena_new(); /* for as long as the process lives */
    struct worker worker = {
        .function = &FUNCTION, .arena = arena_new(), .link_keys = -1, .day_file = -1, .rate_file = -1};
    const char *error = NULL;
    int status = EXIT_FAILURE;
    worker.config = config_read(arena, &error);
    bool is_set_up = worker.config && log_open(FUNCTION.name, worker.config->log);
    if (is_set_up)
        status = run(&worker);
    else if (worker.config)
        log_error("cannot open the log %s", worker.config->log);
    else
        log_error("%s", error);
    if (!is_set_up && was_idle)
        pool_start_again();
    serve_end(&worker);
    log_bounded_end();
    arena_free(worker.arena);
    arena_free(arena);
    return status;
}
