/*
 * Signals are blocked in a worker but while it waits for a request: libfcgi 2.4.2 would otherwise read a body
 * as ended and run the handler on half of it. epoll_pwait opens that window atomically, and of the workers
 * that wait it wakes one for a request, where poll would wake all to find that another was faster.
 *
 * Requests that share a commit (limits.requests_a_commit):
 *
 *     accept all that wait -> read them -> run each -> commit -> send all answers
 *
 * Only one that has arrived whole is taken into a group: it is read without waiting for its client, and who
 * sends slowly is handled alone behind the group. A group of one is no group: it commits for itself.
 */
#include "http/fastcgi.h"

#include "base/clock.h"
#include "base/log.h"
#include "data/metrics_file.h"
#include "http/keep.h"
#include "http/overrun.h"
#include "http/pool.h"
#include "http/record.h"
#include "http/wall.h"

#include <errno.h>
#include <fcgiapp.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MILLISECOND_NS = 1000000, SECOND_NS = 1000 * MILLISECOND_NS };
enum {
    REQUESTS_A_WORKER = 100000,
    IDLE_S = 10,      /* a worker that has had nothing to do for so long leaves */
    REST_MS = 100,    /* without a request: its memory goes back to the system */
    UNABLE_S = 1,     /* one without its database says so for so long at most, and the next one tries again */
    UPGRADE_S = 15,   /* a request waits so long for `pumasi migrate`; web servers wait 30 s for it */
    SILENT_MS = 2000, /* a connection that says nothing for so long is closed */
    SLOW_MS = 1000,   /* an answer that takes longer is told to the log */
    MOST_GROUP_BYTES = 64 * 1024, /* a larger request is handled alone */
    REQUESTS_A_LOOK = 16          /* without a pause: so often a worker looks whether it is asked to end */
};

static volatile sig_atomic_t must_end;

static void on_end(int signal_number) {
    (void)signal_number;
    must_end = 1;
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

/* ---- one request ---- */

/* One that was taken from the socket, in a place of its own. */
struct taken {
    FCGX_Request line;
    struct gateway gateway;
    size_t read; /* bytes of the body taken so far */
    struct arena *arena;
    struct request request;
    struct buffer answer; /* as it goes over the line */
    bool needs_commit;    /* it is true only if the group's commit succeeds */
    size_t sent;          /* bytes of it */
    int64_t begun_ns;
};

static struct taken places[OVERRUN_PLACES];

/* FCGX_GetParam without a call for each name that begins with another letter: twenty of these a request. */
static const char *variable(void *with, const char *name) {
    const struct taken *taken = with;
    const size_t size = strlen(name);
    for (char *const *at = taken->line.envp; *at; at++)
        if (**at == *name && strncmp(*at, name, size) == 0 && (*at)[size] == '=')
            return *at + size + 1;
    return NULL;
}

static size_t read_body(void *with, char *bytes, size_t size) {
    struct taken *taken = with;
    int got = FCGX_GetStr(bytes, (int)size, taken->line.in);
    taken->read += got > 0 ? (size_t)got : 0;
    return got > 0 ? (size_t)got : 0;
}

/* What was answered without reading it all, a body too large say: closing with bytes unread would reset the
 * connection, and nginx then loses the answer. Both gateways pass on no body above 1 MiB. */
static void drain(struct taken *taken) {
    enum { MOST_BODY = 1024 * 1024 };
    const char *length = variable(taken, "CONTENT_LENGTH");
    long long announced = length ? strtoll(length, NULL, 10) : 0;
    size_t wanted = announced > MOST_BODY ? MOST_BODY : announced > 0 ? (size_t)announced : 0;
    char rest[4096];
    while (taken->read < wanted) {
        size_t left = wanted - taken->read;
        if (!read_body(taken, rest, left < sizeof(rest) ? left : sizeof(rest)))
            return;
    }
}

/* Reads what comes before the body into a place. False: it is no request, and the connection is closed. */
static bool begin(struct worker *worker, size_t place, int connection) {
    struct taken *taken = &places[place];
    FCGX_Request *line = &taken->line;
    /* libfcgi has no listener here: it goes on reading from a connection that it has kept, as it seems to it.
     */
    if (FCGX_InitRequest(line, -1, 0) != 0) {
        (void)close(connection);
        return false;
    }
    line->ipcFd = connection;
    line->keepConnection = 1;
    /* Else its closing would wait until the web server closes: 17,100 -> 22,400 requests a second. */
    FCGX_Detach(line);
    if (FCGX_Accept_r(line) != 0)
        return false;
    if (!taken->arena)
        taken->arena = place ? arena_new() : worker->arena;
    taken->gateway = (struct gateway){variable, read_body, taken, line->envp};
    taken->read = 0;
    taken->sent = 0;
    taken->begun_ns = clock_monotonic_ns();
    taken->request = serve_begin(worker, taken->arena, &taken->gateway);
    overrun_expect(place, &taken->request, connection, line->requestId);
    return true;
}

static void run(struct worker *worker, size_t place) {
    struct taken *taken = &places[place];
    overrun_set_running(place, true);
    struct buffer head;
    struct buffer body;
    serve(worker, &taken->request, &head, &body);
    drain(taken);
    taken->answer = record_answer(taken->arena, taken->line.requestId, &head, &body);
    taken->needs_commit = worker->db && db_group_is_writing(worker->db);
}

/* In one write, where libfcgi would make one of each 8 KiB: each wakes the web server. With MSG_DONTWAIT as
 * much as the line takes: false if that was not all. */
static bool send_answer(struct taken *taken, int flags) {
    const struct buffer *answer = &taken->answer;
    while (taken->sent < answer->size) {
        ssize_t sent = send(taken->line.ipcFd, answer->data + taken->sent, answer->size - taken->sent,
                            flags | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            return false;
        if (sent < 0 && errno != EINTR) {
            log_bounded("the client went away before its answer");
            return true;
        }
        taken->sent += sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

/* All is said, and nothing is left for libfcgi to send. Nor is a connection left open that the gateway would
 * keep: it would hold this worker from everybody else while nothing is asked. */
static void finish(struct taken *taken) {
    FCGX_Free(&taken->line, 1);
    arena_reset(taken->arena);
}

/* ---- several with one commit ---- */

/* Runs those from `first` on, before `end` as many as time allows; returns the first that has yet to run. */
static size_t run_group(struct worker *worker, size_t first, size_t end) {
    /* The next has still most of its own time then, and those before it do not wait for long. */
    const int64_t until_ns = clock_monotonic_ns() + (int64_t)worker->function->limits.seconds * SECOND_NS / 4;
    size_t next = first;
    do {
        overrun_begin_time();
        run(worker, next);
        overrun_set_running(next, false);
    } while (++next < end && clock_monotonic_ns() < until_ns);
    return next;
}

static void undo(struct taken *taken, enum db_result result) {
    struct buffer head;
    struct buffer body;
    serve_undone(&taken->request, outcome_of(result), &head, &body);
    taken->answer = record_answer(taken->arena, taken->line.requestId, &head, &body);
}

/* Afterwards the answers are true: what a 2xx among them says survives a power cut. */
static void commit_group(struct worker *worker, size_t first, size_t end) {
    overrun_begin_time();
    for (size_t place = first; place < end; place++)
        overrun_set_running(place, true);
    enum db_result result = db_group_commit(worker->db);
    for (struct taken *taken = places + first; taken < places + end; taken++)
        if (taken->needs_commit && result != DB_OK)
            undo(taken, result);
}

/* What the administrator should know of an answer that stands. */
static void account(struct worker *worker, const struct request *request, int64_t ns) {
    metrics_answered(worker->metrics, request->response.status, ns);
    if (request->response.status < 500 && ns < (int64_t)SLOW_MS * MILLISECOND_NS)
        return;
    log_set_request(request->id);
    log_answered(request->response.status, ns / MILLISECOND_NS);
    log_set_request(NULL);
}

/* Who reads slowly does not keep the others from theirs. */
static void send_answers(struct worker *worker, size_t first, size_t end) {
    struct taken *slow[OVERRUN_PLACES];
    size_t slow_count = 0;
    const int64_t now_ns = clock_monotonic_ns();
    for (size_t place = first; place < end; place++) {
        overrun_forget(place);
        account(worker, &places[place].request, now_ns - places[place].begun_ns);
        if (send_answer(&places[place], MSG_DONTWAIT))
            finish(&places[place]);
        else
            slow[slow_count++] = &places[place];
    }
    for (size_t i = 0; i < slow_count; i++) {
        (void)!send_answer(slow[i], 0);
        finish(slow[i]);
    }
}

/* Those in the first `count` places, in their order. */
static void answer_group(struct worker *worker, size_t count) {
    size_t next = 0;
    while (next < count) {
        size_t first = next;
        bool is_group = count - first > 1 && worker->db;
        if (is_group) {
            db_group_begin(worker->db);
            next = run_group(worker, first, count);
            commit_group(worker, first, next);
        } else {
            overrun_begin_time();
            run(worker, next++);
        }
        send_answers(worker, first, next);
    }
}

/* ---- what waits in the socket ---- */

static bool has_arrived(int connection) {
    static unsigned char bytes[MOST_GROUP_BYTES];
    ssize_t size = recv(connection, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
    return size > 0 && record_is_whole(bytes, (size_t)size);
}

static bool says_something(int connection) {
    struct pollfd line = {.fd = connection, .events = POLLIN};
    return poll(&line, 1, SILENT_MS) > 0 && line.revents & POLLIN;
}

/* Waits for the client, as long as a run may take. False: nobody was answered. */
static bool answer_alone(struct worker *worker, int connection) {
    overrun_begin_time();
    if (!says_something(connection)) {
        (void)close(connection);
        return false;
    }
    if (!begin(worker, 0, connection))
        return false;
    run(worker, 0);
    send_answers(worker, 0, 1);
    return true;
}

/* Answers who waits, so many at once at most, and returns how many those were. */
static size_t answer_waiting(struct worker *worker, size_t most) {
    size_t count = 0;
    int alone = -1;
    while (count < most && alone < 0) {
        /* The listener does not block: there may be nobody, or another worker was faster. */
        int connection = accept4(POOL_LISTENER, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            break;
        if (most == 1 || !has_arrived(connection))
            alone = connection;
        else if (begin(worker, count, connection))
            count++;
    }
    answer_group(worker, count);
    if (alone >= 0 && answer_alone(worker, alone))
        count++;
    overrun_end_time();
    return count;
}

/* ---- a worker ---- */

/* A signal waits where no pause between requests lets it in. */
static bool is_end_asked(void) {
    sigset_t pending;
    if (must_end)
        return true;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT) ||
                                         sigismember(&pending, SIGUSR1));
}

static int64_t upgrade_until_ns;

/* Another release's schema: a little later it may be ours, or this program is asked to end. */
static bool wait_for_upgrade(void) {
    const struct timespec moment = {.tv_nsec = (long)REST_MS * MILLISECOND_NS};
    (void)nanosleep(&moment, NULL);
    overrun_begin_time();
    return !is_end_asked() && clock_monotonic_ns() < upgrade_until_ns;
}

/* -1: it cannot be had. */
static int watch_listener(void) {
    int listener = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event request = {.events = EPOLLIN | EPOLLEXCLUSIVE};
    if (listener < 0 || epoll_ctl(listener, EPOLL_CTL_ADD, POOL_LISTENER, &request) == 0)
        return listener;
    (void)close(listener);
    return -1;
}

/* Waits for a request, with signals let in; false when it is time to end. */
static bool wait_for_request(int listener, const sigset_t *open_mask, int seconds) {
    bool is_at_rest = false;
    while (!must_end) {
        struct epoll_event event;
        int ready = epoll_pwait(listener, &event, 1, is_at_rest ? seconds * 1000 : REST_MS, open_mask);
        if (ready > 0)
            return event.events & EPOLLIN;
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

static size_t most_at_once(const struct worker *worker) {
    size_t declared = worker->function->limits.requests_a_commit;
    return declared < 1 ? 1 : declared < OVERRUN_PLACES ? declared : OVERRUN_PLACES;
}

static int work(struct worker *worker, const sigset_t *open_mask, struct pool_seat *seat) {
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    log_keep_request_in(seat->request);
    const struct limits *limits = &worker->function->limits;
    const int listener = watch_listener();
    if (listener < 0 || FCGX_Init() != 0 || !overrun_start(limits->seconds, worker->metrics)) {
        log_error("a worker cannot start: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    /* libfcgi has put handlers of its own; ours come back. */
    handle(SIGTERM, on_end);
    handle(SIGINT, on_end);
    handle(SIGUSR1, on_end);
    handle(SIGHUP, SIG_IGN);
    overrun_begin_time();
    upgrade_until_ns = clock_monotonic_ns() + (int64_t)UPGRADE_S * SECOND_NS;
    bool is_able = serve_start(worker, wait_for_upgrade);
    worker->keep = keep_new();
    if (!wall_up(limits, &seat->denied_call))
        return EXIT_FAILURE;
    overrun_end_time();
    seat->is_ready = 1;
    metrics_started(worker->metrics, clock_monotonic_ns() - seat->asked_ns);
    const int idle_s = is_able ? IDLE_S : UNABLE_S;
    const int64_t unable_until_ns = clock_monotonic_ns() + (int64_t)UNABLE_S * SECOND_NS;
    for (size_t served = 0, next_look = 0; served < REQUESTS_A_WORKER;) {
        if (served >= next_look) {
            if (is_end_asked())
                break;
            next_look = served + REQUESTS_A_LOOK;
        }
        if (!is_able && clock_monotonic_ns() > unable_until_ns)
            break;
        size_t answered = answer_waiting(worker, most_at_once(worker));
        served += answered;
        if (answered)
            seat->has_served = 1;
        else if (!wait_for_request(listener, open_mask, idle_s))
            break;
    }
    for (size_t place = 1; place < OVERRUN_PLACES; place++)
        arena_free(places[place].arena);
    overrun_end();
    return EXIT_SUCCESS;
}

int fastcgi_serve(struct worker *worker) {
    sigset_t open_mask;
    block_ends(&open_mask);
    static const int let_in[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
    for (size_t i = 0; i < COUNT(let_in); i++)
        (void)sigdelset(&open_mask, let_in[i]);
    int status = EXIT_FAILURE;
    struct pool_seat *seat = pool_run(&worker->function->limits, worker->metrics, &open_mask, &status);
    return seat ? work(worker, &open_mask, seat) : status;
}
