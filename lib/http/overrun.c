#include "http/overrun.h"

#include "base/clock.h"
#include "data/metrics_file.h"
#include "http/pool.h"
#include "http/record.h"
#include "http/serve.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SECOND_NS = 1000000000 };

/* For what its answers were made; most requests have that of the one before. */
struct form {
    bool is_html;
    bool is_head;
    enum language language;
    int request_id;
    size_t id_size;
};

/* The same bytes for all requests of a form but for the id (request_id.h), which stands in the head and in
 * the body. */
enum { ID_PLACES = 2 };
struct late {
    struct buffer bytes;
    char *ids[ID_PLACES]; /* NULL: not there */
};

/* Who waits, and the answers if it comes to the worst, as FastCGI records. */
struct place {
    volatile sig_atomic_t is_waiting;
    volatile sig_atomic_t is_running;
    int connection;
    struct late stopped; /* 504: it was its own run that was ended */
    struct late undone;  /* 503: another's, and nothing of this one's stays */
    struct form form;
    struct arena *arena; /* of both; NULL: none were made yet */
};

static struct place places[OVERRUN_PLACES];

/* The timer is not set for each request: it rings now and then, looks how long the one that runs has taken,
 * and is set for the rest of its time. */
static struct {
    timer_t timer;
    int64_t most_ns;          /* that a run may take */
    _Atomic int64_t begun_ns; /* 0: nothing runs */
    volatile sig_atomic_t is_set;
} timing;

static struct metrics *the_metrics;

/* ---- in the signal handler: only what may be called there ---- */

static _Noreturn void leave(int status) {
    for (const struct place *place = places; place < places + OVERRUN_PLACES; place++) {
        const struct buffer *answer = place->is_running ? &place->stopped.bytes : &place->undone.bytes;
        if (!place->is_waiting)
            continue;
        (void)!send(place->connection, answer->data, answer->size, MSG_DONTWAIT | MSG_NOSIGNAL);
        metrics_answered(the_metrics, place->is_running ? 504 : 503, clock_monotonic_ns() - timing.begun_ns);
    }
    _exit(status);
}

static void set_timer(int64_t ns) {
    const struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(ns / SECOND_NS), .tv_nsec = (long)(ns % SECOND_NS)}};
    timing.is_set = 1;
    (void)timer_settime(timing.timer, 0, &when, NULL);
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    int64_t begun_ns = timing.begun_ns;
    timing.is_set = 0;
    if (!begun_ns)
        return;
    int64_t left_ns = begun_ns + timing.most_ns - clock_monotonic_ns();
    if (left_ns <= 0)
        leave(POOL_END_TIMED_OUT);
    set_timer(left_ns);
}

static void on_no_memory(void) {
    leave(POOL_END_NO_MEMORY);
}

/* ---- time ---- */

bool overrun_start(unsigned seconds, struct metrics *metrics) {
    the_metrics = metrics;
    timing.most_ns = (int64_t)seconds * SECOND_NS * TIMES_SLOWER;
    arena_at_end(on_no_memory);
    /* The ringing must not cut short what the request waits for. */
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    (void)sigemptyset(&action.sa_mask);
    return sigaction(SIGALRM, &action, NULL) == 0 &&
           timer_create(CLOCK_MONOTONIC, &event, &timing.timer) == 0;
}

void overrun_begin_time(void) {
    timing.begun_ns = clock_monotonic_ns();
    if (!timing.is_set)
        set_timer(timing.most_ns);
}

void overrun_end_time(void) {
    timing.begun_ns = 0;
}

/* ---- answers ---- */

static bool is_same_form(const struct form *one, const struct form *other) {
    return one->is_html == other->is_html && one->is_head == other->is_head &&
           one->language == other->language && one->request_id == other->request_id &&
           one->id_size == other->id_size;
}

static struct late late_answer(struct arena *arena, int request_id, const struct buffer *head,
                               const struct buffer *body) {
    static const char *const before[] = {"X-Request-Id: ", "\"request\":\"", "<code>"};
    struct late late = {.bytes = record_answer(arena, request_id, head, body)};
    size_t used = 0;
    for (size_t i = 0; i < COUNT(before) && used < ID_PLACES; i++) {
        char *found = memmem(late.bytes.data, late.bytes.size, before[i], strlen(before[i]));
        if (found)
            late.ids[used++] = found + strlen(before[i]);
    }
    return late;
}

static void set_id(struct late *late, const char *id, size_t size) {
    for (size_t i = 0; i < ID_PLACES; i++)
        if (late->ids[i])
            memcpy(late->ids[i], id, size);
}

static void make_answers(struct place *place, const struct request *request, const struct form *form) {
    if (place->arena)
        arena_reset(place->arena);
    else
        place->arena = arena_new();
    struct request late = *request;
    late.arena = place->arena;
    struct buffer head;
    struct buffer body;
    serve_timeout(&late, &head, &body);
    place->stopped = late_answer(place->arena, form->request_id, &head, &body);
    serve_undone(&late, OUTCOME_BUSY, &head, &body);
    place->undone = late_answer(place->arena, form->request_id, &head, &body);
    place->form = *form;
}

void overrun_expect(size_t place_number, const struct request *request, int connection, int request_id) {
    struct place *place = &places[place_number];
    const struct form form = {
        .is_html = request->is_html,
        .is_head = strcmp(request->method, "HEAD") == 0,
        .language = request->language,
        .request_id = request_id,
        .id_size = strlen(request->id),
    };
    if (!place->arena || !is_same_form(&form, &place->form))
        make_answers(place, request, &form);
    set_id(&place->stopped, request->id, form.id_size);
    set_id(&place->undone, request->id, form.id_size);
    place->connection = connection;
    place->is_running = 0;
    atomic_signal_fence(memory_order_release);
    place->is_waiting = 1;
}

void overrun_set_running(size_t place, bool is_running) {
    places[place].is_running = is_running;
}

void overrun_forget(size_t place) {
    places[place].is_waiting = 0;
}

void overrun_end(void) {
    for (struct place *place = places; place < places + OVERRUN_PLACES; place++)
        arena_free(place->arena);
}
