/*
 * Signals are blocked in a worker but while it waits for a request: libfcgi 2.4.2 would otherwise read a body
 * as ended and run the handler on half of it. ppoll opens that window atomically.
 *
 * A run past its seconds is ended by SIGALRM: the handler writes an answer made beforehand and leaves with
 * _exit, both safe in a signal handler. One past its memory leaves in the same way. The transaction rolls
 * back and the write turn falls free with the process, and the parent starts the next worker.
 */
#include "http/fastcgi.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/keep.h"
#include "http/pool.h"
#include "http/wall.h"

#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { MILLISECOND_NS = 1000000, SECOND_NS = 1000 * MILLISECOND_NS };
enum {
    REQUESTS_A_WORKER = 100000,
    IDLE_S = 10,   /* a worker that has had nothing to do for so long leaves */
    REST_MS = 100, /* without a request: its memory goes back to the system */
    UNABLE_S = 1,  /* one without its database says so for so long at most, and the next one tries again */
};

/* ---- what the signal handlers of a process touch ---- */

static volatile sig_atomic_t must_end;

/* The answer to a run past its time or memory, as FastCGI records. */
static struct {
    volatile sig_atomic_t
        connection; /* descriptor of the running request; -1: none, or its answer has begun */
    const char *bytes;
    size_t size;
    struct arena *arena; /* of the bytes */
    struct form {        /* for which they were made; most requests have that of the one before */
        bool is_html;
        bool is_head;
        enum language language;
        int request_id;
    } form;
} last_answer = {.connection = -1};

/* The timer is not set for each request: it rings now and then, looks how long the one that runs has taken,
 * and is set for the rest of its time. */
static struct {
    timer_t timer;
    int64_t most_ns;          /* that a request may take */
    _Atomic int64_t begun_ns; /* 0: no request runs */
    volatile sig_atomic_t is_set;
} clock_of_requests;

static void on_end(int signal_number) {
    (void)signal_number;
    must_end = 1;
}

static _Noreturn void leave(int status) {
    if (last_answer.connection >= 0)
        (void)!write(last_answer.connection, last_answer.bytes, last_answer.size);
    _exit(status);
}

static void set_timer(int64_t ns) {
    const struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(ns / SECOND_NS), .tv_nsec = (long)(ns % SECOND_NS)}};
    clock_of_requests.is_set = 1;
    (void)timer_settime(clock_of_requests.timer, 0, &when, NULL);
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    int64_t begun_ns = clock_of_requests.begun_ns;
    clock_of_requests.is_set = 0;
    if (!begun_ns)
        return;
    int64_t left_ns = begun_ns + clock_of_requests.most_ns - clock_monotonic_ns();
    if (left_ns <= 0)
        leave(POOL_END_TIMED_OUT);
    set_timer(left_ns);
}

static void begin_time(void) {
    clock_of_requests.begun_ns = clock_monotonic_ns();
    if (!clock_of_requests.is_set)
        set_timer(clock_of_requests.most_ns);
}

static void end_time(void) {
    clock_of_requests.begun_ns = 0;
}

static void on_no_memory(void) {
    leave(POOL_END_NO_MEMORY);
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

/* As many records as it takes. */
static void add_output(struct buffer *out, int request_id, const struct buffer *content) {
    enum { STDOUT = 6, MOST_CONTENT = 65528 };
    for (size_t at = 0; at < content->size; at += MOST_CONTENT) {
        size_t left = content->size - at;
        add_record(out, STDOUT, request_id, content->data + at, left < MOST_CONTENT ? left : MOST_CONTENT);
    }
}

/* The whole answer as it goes over the line, the end of the request included. */
static struct buffer make_answer(struct arena *arena, int request_id, const struct buffer *head,
                                 const struct buffer *body) {
    enum { STDOUT = 6, END_REQUEST = 3, ROOM = 256 };
    static const char done[8] = {0};
    struct buffer out = buffer_new(arena, head->size + body->size + ROOM);
    add_output(&out, request_id, head);
    add_output(&out, request_id, body);
    add_record(&out, STDOUT, request_id, NULL, 0);
    add_record(&out, END_REQUEST, request_id, done, sizeof(done));
    return out;
}

static bool is_same_form(const struct form *one, const struct form *other) {
    return one->is_html == other->is_html && one->is_head == other->is_head &&
           one->language == other->language && one->request_id == other->request_id;
}

static void make_last_answer(const struct request *request, const struct form *form) {
    if (last_answer.arena)
        arena_reset(last_answer.arena);
    else
        last_answer.arena = arena_new();
    struct request late = *request;
    late.arena = last_answer.arena;
    struct buffer head;
    struct buffer body;
    serve_timeout(&late, &head, &body);
    struct buffer out = make_answer(last_answer.arena, form->request_id, &head, &body);
    last_answer.bytes = out.data;
    last_answer.size = out.size;
    last_answer.form = *form;
}

static void prepare_last_answer(const struct request *request, const FCGX_Request *connection) {
    const struct form form = {
        .is_html = request->is_html,
        .is_head = strcmp(request->method, "HEAD") == 0,
        .language = request->language,
        .request_id = connection->requestId,
    };
    if (!last_answer.bytes || !is_same_form(&form, &last_answer.form))
        make_last_answer(request, &form);
    last_answer.connection = connection->ipcFd;
}

static void handle(int signal_number, void (*handler)(int)) {
    /* The ringing of the timer must not cut short what the request waits for. */
    struct sigaction action = {.sa_handler = handler, .sa_flags = signal_number == SIGALRM ? SA_RESTART : 0};
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

/* In one write, where libfcgi would make one of each 8 KiB: each wakes the web server. */
static bool send_answer(const FCGX_Request *request, const struct buffer *out) {
    size_t sent = 0;
    while (sent < out->size) {
        ssize_t written = write(request->ipcFd, out->data + sent, out->size - sent);
        if (written < 0 && errno != EINTR)
            return false;
        sent += written > 0 ? (size_t)written : 0;
    }
    return true;
}

static void answer(struct worker *worker, FCGX_Request *request) {
    struct connection connection = {.request = request};
    const struct gateway gateway = {variable, read_body, &connection};
    struct request running = serve_begin(worker, &gateway);
    prepare_last_answer(&running, request);
    struct buffer head;
    struct buffer body;
    serve(worker, &running, &head, &body);
    drain(&connection);
    last_answer.connection = -1;
    struct buffer out = make_answer(worker->arena, request->requestId, &head, &body);
    if (!send_answer(request, &out))
        log_info("the client went away before its answer");
    /* All is said, and nothing is left for libfcgi to send. Without FCGX_Detach it would wait until the web
     * server closes: 17,100 -> 22,400 requests a second. Nor is a connection left open that the gateway would
     * keep: it would hold this worker from everybody else while nothing is asked. */
    FCGX_Detach(request);
    FCGX_Free(request, 1);
    arena_reset(worker->arena);
}

/* A signal waits where no pause between requests lets it in. */
static bool is_end_asked(void) {
    sigset_t pending;
    if (must_end)
        return true;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT) ||
                                         sigismember(&pending, SIGUSR1));
}

/* Waits for a request, with signals let in; false when it is time to end. */
static bool wait_for_request(const sigset_t *open_mask, unsigned seconds) {
    struct pollfd listener = {.fd = POOL_LISTENER, .events = POLLIN};
    const struct timespec moment = {.tv_nsec = (long)REST_MS * MILLISECOND_NS};
    const struct timespec time = {.tv_sec = seconds};
    bool is_at_rest = false;
    while (!must_end) {
        int ready = ppoll(&listener, 1, is_at_rest ? &time : &moment, open_mask);
        if (ready > 0)
            return listener.revents & POLLIN;
        if (ready == 0 && is_at_rest)
            return false;
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready == 0) {
            (void)malloc_trim(0); /* what was freed is kept while there is work only */
            is_at_rest = true;
        }
    }
    return false;
}

static int work(struct worker *worker, const sigset_t *open_mask, struct pool_seat *seat) {
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    const struct limits *limits = &worker->function->limits;
    FCGX_Request request;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, POOL_LISTENER, FCGI_FAIL_ACCEPT_ON_INTR) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &clock_of_requests.timer) != 0) {
        log_error("a worker cannot start: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    /* libfcgi has put handlers of its own; ours come back. */
    handle(SIGTERM, on_end);
    handle(SIGINT, on_end);
    handle(SIGUSR1, on_end);
    handle(SIGHUP, SIG_IGN);
    handle(SIGALRM, on_alarm);
    arena_at_end(on_no_memory);
    clock_of_requests.most_ns = (int64_t)limits->seconds * SECOND_NS;
    begin_time();
    bool is_able = serve_start(worker);
    worker->keep = keep_new();
    if (!wall_up(limits, &seat->denied_call))
        return EXIT_FAILURE;
    end_time();
    seat->is_ready = 1;
    const unsigned idle_s = is_able ? IDLE_S : UNABLE_S;
    const int64_t unable_until_ns = clock_monotonic_ns() + (int64_t)UNABLE_S * SECOND_NS;
    for (int served = 0; served < REQUESTS_A_WORKER && !is_end_asked();) {
        if (!is_able && clock_monotonic_ns() > unable_until_ns)
            break;
        /* The listener does not block: there may be nobody, or another worker was faster. */
        begin_time();
        bool has_request = FCGX_Accept_r(&request) == 0;
        if (has_request) {
            answer(worker, &request);
            seat->has_served = 1;
            served++;
        }
        end_time();
        if (!has_request && !wait_for_request(open_mask, idle_s))
            break;
    }
    FCGX_Free(&request, 1);
    arena_free(last_answer.arena);
    return EXIT_SUCCESS;
}

int fastcgi_serve(struct worker *worker) {
    sigset_t open_mask;
    block_ends(&open_mask);
    static const int let_in[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
    for (size_t i = 0; i < COUNT(let_in); i++)
        (void)sigdelset(&open_mask, let_in[i]);
    int status = EXIT_FAILURE;
    struct pool_seat *seat = pool_run(&worker->function->limits, &open_mask, &status);
    return seat ? work(worker, &open_mask, seat) : status;
}
