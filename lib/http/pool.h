#pragma once
/*
 * The parent of a function's workers: it holds the listening socket and nothing else. It starts a worker when
 * a request waits that nobody takes, up to the function's limit; workers leave when nothing came for a while,
 * down to none. One that dies is replaced when the next request waits; what is in the queue stays in the
 * socket meanwhile. Nobody asked for a while, and no worker left: the parent becomes the program `idle`,
 * which becomes the function again with the next request, so that a function at rest costs next to no memory.
 */

#include "base/log.h"
#include "http/function.h"

#include <signal.h>

struct metrics;

enum { POOL_LISTENER = 0 };

/* How a worker ends, besides EXIT_SUCCESS and EXIT_FAILURE. */
enum pool_end {
    POOL_END_TIMED_OUT = 3, /* its request ran past the function's seconds */
    POOL_END_DENIED = 4,    /* it asked for a system call that functions may not use */
    POOL_END_NO_MEMORY = 5, /* it needed more than the function's memory */
};

/* What a worker tells its parent, in memory that both see. */
struct pool_seat {
    volatile sig_atomic_t is_ready;    /* it takes requests */
    volatile sig_atomic_t has_served;  /* it has answered one */
    volatile sig_atomic_t denied_call; /* number of the system call that ended it */
    int64_t asked_ns;                  /* when a request wanted it, by clock_monotonic_ns */
    char request[LOG_REQUEST_BYTES];   /* id of the one that it is at; "": none */
};

/*
 * Returns NULL in the parent when it is time to end, with *status to end with; in a new worker its seat.
 * SIGTERM lets the running requests finish. SIGHUP starts the program anew under the same process id and on
 * the same socket, so that a new release and new settings come in without a refused request; a program or
 * settings that cannot start leave the old one in place. Signals that end are let in by *open_mask only. What
 * becomes of workers is counted in `metrics`.
 */
struct pool_seat *pool_run(const struct limits *limits, struct metrics *metrics, const sigset_t *open_mask,
                           int *status);

/* In a process that pool_run started to try the program: reading the settings was all it is for. */
bool pool_is_trial(void);

/* True in a process that served already and comes from being idle. To be asked once, first of all. */
bool pool_was_idle(void);

/* Takes a second and starts the program from its beginning, its requests waiting; comes back if it cannot. */
void pool_start_again(void);
