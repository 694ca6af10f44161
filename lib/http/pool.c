/*
 * The listening socket shows a waiting request to everybody who polls it. The parent looks a millisecond
 * later again: what an idle worker would have taken is gone by then, and what is still there needs one more
 * worker. That costs nothing while all workers of the limit run, and at most a thousand short looks a second
 * else.
 */
#include "http/pool.h"

#include "base/clock.h"
#include "data/metrics_file.h"
#include "http/idle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_WORKERS = 32,
    MOST_PAUSE_S = 8,
    IDLE_S = 2, /* a parent without workers that nobody has asked for so long becomes `idle` */
};
enum { MILLISECOND_NS = 1000000, SECOND_NS = 1000 * MILLISECOND_NS };

#define TRIAL "FUNCTION_TRIAL" /* not PUMASI_...: that would be a setting */

struct pool {
    const struct limits *limits;
    struct metrics *metrics;
    const sigset_t *open_mask;
    unsigned most;
    pid_t workers[MOST_WORKERS]; /* 0: this place is free */
    struct pool_seat *seats;     /* one a place */
    unsigned failures;           /* workers that ended badly, one after another, before they served */
    int64_t pause_until_ns;      /* no worker is started before */
    const char *program;         /* as this process was started, to start it anew */
    bool is_without_idle;        /* the small program to become is not there */
};

static volatile sig_atomic_t must_end;
static volatile sig_atomic_t must_renew;

static void on_end(int signal_number) {
    (void)signal_number;
    must_end = 1;
}

static void on_renew(int signal_number) {
    (void)signal_number;
    must_renew = 1;
}

static void on_child(int signal_number) {
    (void)signal_number; /* it need only interrupt the waiting parent */
}

static void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

static unsigned count_alive(const struct pool *pool) {
    unsigned alive = 0;
    for (unsigned i = 0; i < pool->most; i++)
        alive += pool->workers[i] != 0;
    return alive;
}

/* ---- those that ended ---- */

static void count_end(struct metrics *metrics, int status) {
    if (WIFSIGNALED(status))
        metrics_ended(metrics, METRICS_ENDED_BY_SIGNAL);
    else if (WEXITSTATUS(status) == POOL_END_TIMED_OUT)
        metrics_ended(metrics, METRICS_ENDED_BY_TIME);
    else if (WEXITSTATUS(status) == POOL_END_NO_MEMORY)
        metrics_ended(metrics, METRICS_ENDED_BY_MEMORY);
    else if (WEXITSTATUS(status) == POOL_END_DENIED)
        metrics_ended(metrics, METRICS_ENDED_BY_CALL);
    else if (WEXITSTATUS(status) != EXIT_SUCCESS)
        metrics_ended(metrics, METRICS_ENDED_BADLY);
}

static void tell_end(const struct pool *pool, pid_t worker, int status, const struct pool_seat *seat) {
    if (WIFSIGNALED(status)) {
        log_error("worker %d was ended by signal %d", (int)worker, WTERMSIG(status));
    } else if (WEXITSTATUS(status) == POOL_END_TIMED_OUT) {
        log_error("worker %d was ended: its request took more than %u s", (int)worker, pool->limits->seconds);
    } else if (WEXITSTATUS(status) == POOL_END_NO_MEMORY) {
        log_error("worker %d was ended: it needed more than %u MiB of memory", (int)worker,
                  pool->limits->memory_mib ? pool->limits->memory_mib : FUNCTION_USUAL_MEMORY_MIB);
    } else if (WEXITSTATUS(status) == POOL_END_DENIED && seat) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, seat->denied_call);
        log_error("worker %d was ended: it asked for the system call %s (%d), which no function may use",
                  (int)worker, name ? name : "?", (int)seat->denied_call);
        free(name);
    } else if (WEXITSTATUS(status) != EXIT_SUCCESS) {
        log_error("worker %d ended with status %d", (int)worker, WEXITSTATUS(status));
    }
}

/* One that cannot live is not started as fast as it dies: after a tenth of a second, two, four, up to 8 s. */
static void judge(struct pool *pool, int status, const struct pool_seat *seat) {
    if (status == 0 || seat->has_served) {
        pool->failures = 0;
        return;
    }
    int64_t pause_ns = (int64_t)SECOND_NS / 10 << (pool->failures < 7 ? pool->failures : 7);
    if (pause_ns > (int64_t)MOST_PAUSE_S * SECOND_NS)
        pause_ns = (int64_t)MOST_PAUSE_S * SECOND_NS;
    pool->failures++;
    pool->pause_until_ns = clock_monotonic_ns() + pause_ns;
}

static void bury(struct pool *pool) {
    int status = 0;
    pid_t dead = 0;
    while ((dead = waitpid(-1, &status, WNOHANG)) > 0) {
        unsigned place = 0;
        while (place < pool->most && pool->workers[place] != dead)
            place++;
        /* One of the program that this one has followed has no place here. */
        struct pool_seat *seat = place < pool->most ? &pool->seats[place] : NULL;
        log_set_request(seat ? seat->request : NULL);
        tell_end(pool, dead, status, seat);
        log_set_request(NULL);
        count_end(pool->metrics, status);
        if (!seat)
            continue;
        judge(pool, status, seat);
        pool->workers[place] = 0;
        pool->metrics->workers = count_alive(pool);
    }
}

/* ---- those to come ---- */

static bool is_waited_for(void) {
    struct pollfd listener = {.fd = POOL_LISTENER, .events = POLLIN};
    return poll(&listener, 1, 0) > 0;
}

/* Waits with signals let in, for a request too where `for_request`; ns 0: without end. False: time is over.
 */
static bool wait_for(const struct pool *pool, bool for_request, int64_t ns) {
    struct pollfd listener = {.fd = POOL_LISTENER, .events = POLLIN};
    const struct timespec time = {.tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS};
    return ppoll(&listener, for_request, ns ? &time : NULL, pool->open_mask) != 0;
}

/*
 * Leaves the memory to others: the process becomes the small program beside the functions' folder (idle.c),
 * which becomes the function again with the next request. Comes back where that is not to be had, or not yet.
 */
static void become_idle(struct pool *pool) {
    char path[PATH_MAX];
    const char *slash = strrchr(pool->program, '/');
    int length =
        snprintf(path, sizeof(path), "%.*s/../idle", slash ? (int)(slash - pool->program) : 0, pool->program);
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        return;
    if (slash && length > 0 && length < (int)sizeof(path))
        (void)execl(path, pool->program, (char *)NULL);
    pool->is_without_idle = true;
}

/* Waits until one more worker is needed, or until a signal comes. */
static bool needs_worker(struct pool *pool) {
    const unsigned alive = count_alive(pool);
    bool is_one_coming = false;
    for (unsigned i = 0; i < pool->most; i++)
        is_one_coming |= pool->workers[i] && !pool->seats[i].is_ready;
    int64_t pause_ns = pool->pause_until_ns - clock_monotonic_ns();
    if (alive == pool->most) {
        (void)wait_for(pool, false, 0);
        return false;
    }
    if (is_one_coming || pause_ns > 0) {
        (void)wait_for(pool, false, is_one_coming ? MILLISECOND_NS : pause_ns);
        return false;
    }
    if (!wait_for(pool, true, alive || pool->is_without_idle ? 0 : (int64_t)IDLE_S * SECOND_NS))
        become_idle(pool);
    if (!is_waited_for())
        return false;
    if (!alive)
        return true;
    (void)wait_for(pool, false, MILLISECOND_NS);
    return is_waited_for();
}

/* The seat of a new worker, in that worker; NULL in the parent. */
static struct pool_seat *start(struct pool *pool) {
    unsigned place = 0;
    while (pool->workers[place])
        place++;
    pool->seats[place] = (struct pool_seat){.asked_ns = clock_monotonic_ns()};
    bool is_cold = !count_alive(pool);
    pid_t child = fork();
    if (child == 0)
        return &pool->seats[place];
    if (child < 0) {
        log_error("cannot start a worker: %s", strerror(errno));
        pool->pause_until_ns = clock_monotonic_ns() + SECOND_NS;
        return NULL;
    }
    pool->workers[place] = child;
    pool->metrics->workers = count_alive(pool);
    pool->metrics->cold_starts += is_cold;
    return NULL;
}

static void tell_workers(const struct pool *pool) {
    for (unsigned i = 0; i < pool->most; i++)
        if (pool->workers[i])
            (void)kill(pool->workers[i], SIGTERM);
}

/* ---- a new release, or new settings ---- */

bool pool_is_trial(void) {
    return getenv(TRIAL) != NULL;
}

/* True if the program as it lies there now starts with the settings as they are now. */
static bool can_start(const struct pool *pool) {
    pid_t child = fork();
    if (child == 0) {
        (void)setenv(TRIAL, "1", 1);
        (void)execl(pool->program, pool->program, (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    int status = EXIT_FAILURE;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && status == 0;
}

/* Its workers finish what they have; the new program takes the process, and the socket with it. */
static void renew(struct pool *pool) {
    must_renew = 0;
    if (!can_start(pool)) {
        log_error("the new program or its settings cannot start: the old one stays");
        return;
    }
    log_info("starting anew");
    tell_workers(pool);
    (void)execl(pool->program, pool->program, (char *)NULL);
    log_error("cannot start %s: %s", pool->program, strerror(errno));
}

bool pool_was_idle(void) {
    bool was_idle = getenv(IDLE_BEFORE) != NULL;
    (void)unsetenv(IDLE_BEFORE); /* it is this process's alone */
    return was_idle;
}

void pool_start_again(void) {
    const char *program = (const char *)getauxval(AT_EXECFN);
    (void)sleep(1);
    (void)setenv(IDLE_BEFORE, "1", 1);
    (void)execl(program, program, (char *)NULL);
}

/* ---- the whole ---- */

static bool prepare(struct pool *pool) {
    /* Not /proc/self/exe: that is where a link like `current` led to when this release was started. */
    pool->program = (const char *)getauxval(AT_EXECFN);
    size_t size = MOST_WORKERS * sizeof(*pool->seats);
    /* cppcheck-suppress invalidFunctionArg ; no file, see mmap(2) */
    pool->seats = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool->seats == MAP_FAILED) {
        log_error("no memory for a pool: %s", strerror(errno));
        return false;
    }
    int flags = fcntl(POOL_LISTENER, F_GETFL);
    if (flags < 0 || fcntl(POOL_LISTENER, F_SETFL, flags | O_NONBLOCK) != 0) {
        log_error("no listening socket on descriptor 0: %s", strerror(errno));
        return false;
    }
    handle(SIGTERM, on_end);
    handle(SIGINT, on_end);
    handle(SIGUSR1, on_end);
    handle(SIGHUP, on_renew);
    handle(SIGCHLD, on_child);
    return true;
}

struct pool_seat *pool_run(const struct limits *limits, struct metrics *metrics, const sigset_t *open_mask,
                           int *status) {
    struct pool pool = {
        .limits = limits,
        .metrics = metrics,
        .open_mask = open_mask,
        .most = limits->workers < MOST_WORKERS ? limits->workers : MOST_WORKERS,
    };
    *status = EXIT_FAILURE;
    if (!prepare(&pool))
        return NULL;
    metrics->workers = 0; /* whatever one that was killed has left there */
    while (!must_end) {
        if (must_renew)
            renew(&pool);
        if (needs_worker(&pool) && !must_end && !must_renew) {
            struct pool_seat *seat = start(&pool);
            if (seat)
                return seat;
        }
        bury(&pool);
    }
    tell_workers(&pool);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    *status = EXIT_SUCCESS;
    return NULL;
}
