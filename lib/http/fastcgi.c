/*
 * Signals are blocked in a worker but while it waits for a request: libfcgi 2.4.2 would otherwise read a body
 * as ended and run the handler on half of it. ppoll opens that window atomically.
 *
 * A run past its seconds is ended by SIGALRM: the handler writes an answer made beforehand and leaves with
 * _exit, both safe in a signal handler. The transaction rolls back and the write turn falls free with the
 * process, and the parent starts the next worker.
 */
#include "http/fastcgi.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORKERS = 32, EXIT_TIMED_OUT = 3, LISTENER = 0, REQUESTS_A_WORKER = 100000 };

/* ---- what the signal handlers of a process touch ---- */

static volatile sig_atomic_t must_end;

static struct {
    volatile sig_atomic_t
        connection;    /* descriptor of the running request; -1: none, or its answer has begun */
    const char *bytes; /* the answer to a run past its time, as FastCGI records */
    size_t size;
} timeout_answer = {.connection = -1};

static void on_end(int signal_number) {
    (void)signal_number;
    must_end = 1;
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    if (timeout_answer.connection >= 0)
        (void)!write(timeout_answer.connection, timeout_answer.bytes, timeout_answer.size);
    _exit(EXIT_TIMED_OUT);
}

static void add_record(struct buffer *out, int type, int request_id, const char *content, size_t size) {
    /* Version 1, type, request id, content length, padding length, reserved (FastCGI specification, 3.3). */
    const unsigned char head[8] = {1,
                                   (unsigned char)type,
                                   (unsigned char)(request_id >> 8),
                                   (unsigned char)request_id,
                                   (unsigned char)(size >> 8),
                                   (unsigned char)size,
                                   0,
                                   0};
    buffer_add_bytes(out, head, sizeof(head));
    buffer_add_bytes(out, content, size);
}

static void prepare_timeout_answer(struct worker *worker, const struct gateway *gateway,
                                   const FCGX_Request *request) {
    enum { STDOUT = 6, END_REQUEST = 3, MOST_CONTENT = 32 * 1024 };
    static const char done[8] = {0};
    struct buffer head;
    struct buffer body;
    serve_timeout(worker, gateway, &head, &body);
    assert(head.size < MOST_CONTENT && body.size < MOST_CONTENT);
    struct buffer out = buffer_new(worker->arena, head.size + body.size + 64);
    add_record(&out, STDOUT, request->requestId, head.data, head.size);
    if (body.size)
        add_record(&out, STDOUT, request->requestId, body.data, body.size);
    add_record(&out, STDOUT, request->requestId, NULL, 0);
    add_record(&out, END_REQUEST, request->requestId, done, sizeof(done));
    timeout_answer.bytes = out.data;
    timeout_answer.size = out.size;
    timeout_answer.connection = request->ipcFd;
}

static void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

static void block_ends(sigset_t *before) {
    sigset_t ends;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGHUP);
    (void)sigaddset(&ends, SIGUSR1);
    (void)sigaddset(&ends, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &ends, before);
}

/* ---- a worker ---- */

struct connection {
    FCGX_Request *request;
    size_t read; /* bytes of the body taken so far */
};

static const char *variable(void *with, const char *name) {
    const struct connection *connection = with;
    return FCGX_GetParam(name, connection->request->envp);
}

static size_t read_body(void *with, char *bytes, size_t size) {
    struct connection *connection = with;
    int got = FCGX_GetStr(bytes, (int)size, connection->request->in);
    connection->read += got > 0 ? (size_t)got : 0;
    return got > 0 ? (size_t)got : 0;
}

/* What was answered without reading it all, a body too large say: closing with bytes unread would reset the
 * connection, and nginx then loses the answer. Both gateways pass on no body above 1 MiB. */
static void drain(struct connection *connection) {
    enum { MOST_BODY = 1024 * 1024 };
    const char *length = variable(connection, "CONTENT_LENGTH");
    long long announced = length ? strtoll(length, NULL, 10) : 0;
    size_t wanted = announced > MOST_BODY ? MOST_BODY : announced > 0 ? (size_t)announced : 0;
    char rest[4096];
    while (connection->read < wanted) {
        size_t left = wanted - connection->read;
        if (!read_body(connection, rest, left < sizeof(rest) ? left : sizeof(rest)))
            return;
    }
}

static bool send_answer(FCGX_Request *request, const struct buffer *head, const struct buffer *body) {
    return FCGX_PutStr(head->data, (int)head->size, request->out) == (int)head->size &&
           (!body->size || FCGX_PutStr(body->data, (int)body->size, request->out) == (int)body->size);
}

static void answer(struct worker *worker, FCGX_Request *request) {
    struct connection connection = {.request = request};
    const struct gateway gateway = {variable, read_body, &connection};
    prepare_timeout_answer(worker, &gateway, request);
    struct buffer head;
    struct buffer body;
    serve(worker, &gateway, &head, &body);
    drain(&connection);
    timeout_answer.connection = -1;
    if (!send_answer(request, &head, &body))
        log_info("the client went away before its answer");
    /* Without it libfcgi waits after each answer until the web server closes: 17,100 -> 22,400 requests a
     * second. */
    FCGX_Detach(request);
    FCGX_Finish_r(request);
    arena_reset(worker->arena);
}

static void arm(timer_t timer, unsigned seconds) {
    const struct itimerspec when = {.it_value = {.tv_sec = seconds}};
    (void)timer_settime(timer, 0, &when, NULL);
}

/* Waits for a request, with signals let in; false when it is time to end. */
static bool wait_for_request(const sigset_t *open_mask) {
    struct pollfd listener = {.fd = LISTENER, .events = POLLIN};
    while (!must_end) {
        if (ppoll(&listener, 1, NULL, open_mask) > 0)
            return listener.revents & POLLIN;
        if (errno != EINTR)
            return false;
    }
    return false;
}

static int work(struct worker *worker, const sigset_t *open_mask) {
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    FCGX_Request request;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, LISTENER, FCGI_FAIL_ACCEPT_ON_INTR) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
        log_error("a worker cannot start: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    /* libfcgi has put handlers of its own; ours come back. */
    handle(SIGTERM, on_end);
    handle(SIGINT, on_end);
    handle(SIGUSR1, on_end);
    handle(SIGALRM, on_alarm);
    for (int served = 0; served < REQUESTS_A_WORKER && wait_for_request(open_mask); served++) {
        arm(timer, worker->function->limits.seconds);
        /* The listener does not block: another worker may have been faster. */
        if (FCGX_Accept_r(&request) == 0)
            answer(worker, &request);
        arm(timer, 0);
    }
    FCGX_Free(&request, 1);
    return EXIT_SUCCESS;
}

/* ---- the parent ---- */

struct pool {
    unsigned count;
    pid_t workers[MOST_WORKERS]; /* 0: this place is free */
    int64_t started_ns[MOST_WORKERS];
};

static void tell_end(pid_t worker, int status, unsigned seconds) {
    if (WIFSIGNALED(status))
        log_error("worker %d was ended by signal %d", (int)worker, WTERMSIG(status));
    else if (WEXITSTATUS(status) == EXIT_TIMED_OUT)
        log_error("worker %d was ended: its request took more than %u s", (int)worker, seconds);
    else if (WEXITSTATUS(status) != EXIT_SUCCESS)
        log_error("worker %d ended with status %d", (int)worker, WEXITSTATUS(status));
}

static void bury(struct pool *pool, unsigned seconds) {
    int status = 0;
    pid_t dead = 0;
    while ((dead = waitpid(-1, &status, WNOHANG)) > 0) {
        tell_end(dead, status, seconds);
        for (unsigned i = 0; i < pool->count; i++)
            if (pool->workers[i] == dead)
                pool->workers[i] = 0;
    }
}

/* True in the parent; in a new worker *is_worker is set. */
static bool start_missing(struct pool *pool, bool *is_worker) {
    for (unsigned i = 0; i < pool->count; i++) {
        if (pool->workers[i])
            continue;
        /* A worker that cannot live is started once a second, not as fast as it dies. */
        int64_t age_ns = clock_monotonic_ns() - pool->started_ns[i];
        if (pool->started_ns[i] && age_ns < 1000000000)
            return true;
        pid_t child = fork();
        if (child == 0) {
            *is_worker = true;
            return false;
        }
        if (child < 0)
            log_error("cannot start a worker: %s", strerror(errno));
        pool->workers[i] = child > 0 ? child : 0;
        pool->started_ns[i] = clock_monotonic_ns();
    }
    return true;
}

static void end_workers(struct pool *pool) {
    for (unsigned i = 0; i < pool->count; i++)
        if (pool->workers[i])
            (void)kill(pool->workers[i], SIGTERM);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
}

static void on_child(int signal_number) {
    (void)signal_number; /* it need only interrupt the waiting parent */
}

int fastcgi_serve(struct worker *worker) {
    const struct limits *limits = &worker->function->limits;
    sigset_t open_mask;
    block_ends(&open_mask);
    static const int let_in[] = {SIGTERM, SIGINT, SIGUSR1, SIGCHLD};
    for (size_t i = 0; i < COUNT(let_in); i++)
        (void)sigdelset(&open_mask, let_in[i]);
    handle(SIGTERM, on_end);
    handle(SIGINT, on_end);
    handle(SIGUSR1, on_end);
    handle(SIGHUP, SIG_IGN);
    handle(SIGCHLD, on_child);
    int flags = fcntl(LISTENER, F_GETFL);
    if (flags < 0 || fcntl(LISTENER, F_SETFL, flags | O_NONBLOCK) != 0) {
        log_error("no listening socket on descriptor 0: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    struct pool pool = {.count = limits->workers < MOST_WORKERS ? limits->workers : MOST_WORKERS};
    while (!must_end) {
        bool is_worker = false;
        if (!start_missing(&pool, &is_worker) && is_worker)
            return work(worker, &open_mask);
        const struct timespec second = {.tv_sec = 1};
        (void)ppoll(NULL, 0, &second, &open_mask);
        bury(&pool, limits->seconds);
    }
    end_workers(&pool);
    return EXIT_SUCCESS;
}
