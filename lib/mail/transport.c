#include "mail/transport.h"

#include "base/clock.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "mail/letter_wire.h"
#include "mail/maildir.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the setting ---- */

/* A piece of the setting, decoded; NULL where it is malformed or would hold a control character. */
static const char *decode(struct arena *arena, const char *text, size_t size) {
    const char *decoded = percent_decode(arena, text, size, false);
    return decoded && !utf8_has_control(decoded, strlen(decoded)) && !strpbrk(decoded, "\n\t") ? decoded
                                                                                               : NULL;
}

/* By its form alone: a name such as 127.0.0.1.example.org is somebody else's. libesmtp cuts "host:port" at
 * the first colon, so an IPv6 address cannot be named; "localhost" reaches ::1. */
static bool is_loopback(const char *host) {
    struct in_addr address;
    return strcasecmp(host, "localhost") == 0 ||
           (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

/* "user:password@host:port?ca=FILE" */
static bool read_server(struct arena *arena, const char *text, struct smtp_server *server) {
    const char *query = strchr(text, '?');
    size_t size = query ? (size_t)(query - text) : strlen(text);
    if (query) {
        if (strncmp(query, "?ca=", 4) != 0)
            return false;
        server->ca_file = decode(arena, query + 4, strlen(query + 4));
    }
    char *place = arena_copy_bytes(arena, text, size);
    char *at = strrchr(place, '@');
    char *host = place;
    if (at) {
        *at = '\0';
        host = at + 1;
        size_t user_size = strcspn(place, ":");
        server->user = decode(arena, place, user_size);
        server->password =
            place[user_size] ? decode(arena, place + user_size + 1, strlen(place + user_size + 1)) : NULL;
        if (!server->user || !server->password)
            return false;
    }
    char *colon = strrchr(host, ':');
    if (colon)
        *colon = '\0';
    server->host = host;
    server->port = colon ? colon + 1 : "587";
    server->is_local = is_loopback(host);
    bool is_name =
        *host &&
        strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == strlen(host);
    long port = strtol(server->port, NULL, 10);
    return is_name && strspn(server->port, "0123456789") == strlen(server->port) && port > 0 &&
           port < 65536 && (!query || server->ca_file);
}

struct transport *transport_read(struct arena *arena, const char *setting, const char **error) {
    struct transport *transport = arena_take(arena, sizeof(*transport));
    for (size_t i = 0; i < TRANSPORT_MOST_SESSIONS; i++)
        transport->processes[i].socket = -1;
    if (strncmp(setting, "maildir:", 8) == 0 && setting[8]) {
        transport->directory = setting + 8;
        return transport;
    }
    if (strncmp(setting, "smtp://", 7) == 0 && read_server(arena, setting + 7, &transport->server))
        return transport;
    *error =
        "`mail` must be smtp://user:password@host:587 (percent-encoded, with ?ca=FILE for certificates of your "
        "own) or maildir:DIR";
    return NULL;
}

/* ---- sending ---- */

/* Some of the letters, in the hands of one process. */
struct session {
    struct transport_process *process;
    const struct letter *letters;
    size_t count;
    bool *is_done;             /* one a letter */
    bool is_over;              /* it has nothing more to say */
    struct letter_result rest; /* for letters of which nothing was heard */
    bool waits;                /* a report of it is to be acknowledged */
};

struct conversation {
    struct session sessions[TRANSPORT_MOST_SESSIONS];
    size_t session_count;
    const struct transport_listener *listener;
    bool is_busy;            /* `meanwhile` has more to do */
    struct letter_end *ends; /* heard, not yet reported: at most one a session, or all that are left of one */
    size_t end_count;
    bool goes_on; /* no report returned false */
};

static bool start_process(const struct transport *transport, struct transport_process *process) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    pid_t parent = getpid();
    process->id = fork();
    if (process->id == 0) {
        /* It ends with its parent, and holds neither the database nor the parent's locks. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        int socket = dup2(pair[1], STDERR_FILENO + 1);
        if (getppid() != parent || socket < 0 || close_range((unsigned)socket + 1, ~0U, 0) != 0)
            _exit(EXIT_FAILURE);
        smtp_serve(&transport->server, socket);
    }
    (void)close(pair[1]);
    if (process->id > 0)
        process->socket = pair[0];
    else
        (void)close(pair[0]);
    return process->id > 0;
}

static void end_process(struct transport_process *process) {
    if (process->socket < 0)
        return;
    (void)close(process->socket);
    process->socket = -1;
    (void)kill(process->id, SIGKILL);
    while (waitpid(process->id, NULL, 0) < 0 && errno == EINTR)
        ;
}

void transport_close(struct transport *transport) {
    for (size_t i = 0; i < TRANSPORT_MOST_SESSIONS; i++)
        end_process(&transport->processes[i]);
}

/* One that has run before may have ended meanwhile: then another takes its place. */
static bool start_session(const struct transport *transport, struct session *session) {
    struct transport_process *process = session->process;
    if (process->socket >= 0 && letters_send(process->socket, session->letters, session->count))
        return true;
    end_process(process);
    return start_process(transport, process) &&
           letters_send(process->socket, session->letters, session->count);
}

static void end_session(struct session *session) {
    end_process(session->process);
    session->is_over = true;
}

static void add_end(struct conversation *conversation, const struct letter *letter,
                    const struct letter_result *result) {
    conversation->ends[conversation->end_count++] = (struct letter_end){letter, *result};
}

/* One report of a session; one that has ended or talks nonsense is over. */
static void hear(struct conversation *conversation, struct session *session) {
    struct smtp_report report;
    if (recv(session->process->socket, &report, sizeof(report), MSG_DONTWAIT) != (ssize_t)sizeof(report)) {
        end_session(session);
        return;
    }
    report.result.text[sizeof(report.result.text) - 1] = '\0';
    if (report.index == SMTP_DONE) {
        session->is_over = true;
        return;
    }
    session->waits = true;
    if (report.index == SMTP_OF_SESSION) {
        session->rest = report.result;
    } else if (report.index >= 0 && (size_t)report.index < session->count &&
               !session->is_done[report.index]) {
        session->is_done[report.index] = true;
        add_end(conversation, &session->letters[report.index], &report.result);
    }
}

/* What was heard is made durable in one go; then those who said it go on. */
static void report_heard(struct conversation *conversation) {
    if (conversation->end_count && conversation->goes_on)
        conversation->goes_on = conversation->listener->report(conversation->listener->with,
                                                               conversation->ends, conversation->end_count);
    conversation->end_count = 0;
    for (size_t i = 0; i < conversation->session_count && conversation->goes_on; i++) {
        struct session *session = &conversation->sessions[i];
        if (session->waits && !session->is_over && send(session->process->socket, "", 1, MSG_NOSIGNAL) != 1)
            end_session(session);
        session->waits = false;
    }
}

/* Sessions that can still report, and have not since they last went on. */
static size_t find_open(const struct conversation *conversation,
                        struct pollfd from[TRANSPORT_MOST_SESSIONS]) {
    size_t open = 0;
    for (size_t i = 0; i < conversation->session_count; i++) {
        const struct session *session = &conversation->sessions[i];
        bool is_open = !session->waits && !session->is_over;
        from[i] = (struct pollfd){.fd = is_open ? session->process->socket : -1, .events = POLLIN};
        open += from[i].fd >= 0;
    }
    return open;
}

static bool hear_ready(struct conversation *conversation, int64_t wait_ns) {
    struct pollfd from[TRANSPORT_MOST_SESSIONS];
    struct timespec wait = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};
    if (wait_ns <= 0 || !find_open(conversation, from))
        return false;
    int ready = ppoll(from, (nfds_t)conversation->session_count, &wait, NULL);
    if (ready < 0)
        return errno == EINTR;
    for (size_t i = 0; i < conversation->session_count; i++)
        if (from[i].revents)
            hear(conversation, &conversation->sessions[i]);
    return ready > 0;
}

static bool is_ready(const struct conversation *conversation) {
    struct pollfd from[TRANSPORT_MOST_SESSIONS];
    return !find_open(conversation, from) || poll(from, (nfds_t)conversation->session_count, 0) != 0;
}

/* False when no session is left, or the time is over. After the first report the others have a moment to come
 * in with theirs: a commit of their own is dearer than the moment. */
static bool wait_for_reports(struct conversation *conversation, int64_t deadline_ns) {
    enum { MOMENT_NS = 500000 };
    while (conversation->is_busy && !is_ready(conversation))
        conversation->is_busy = conversation->listener->meanwhile(conversation->listener->with);
    if (!hear_ready(conversation, deadline_ns - clock_monotonic_ns()))
        return false;
    int64_t moment_ns = clock_monotonic_ns() + MOMENT_NS;
    while (hear_ready(conversation, moment_ns - clock_monotonic_ns()))
        ;
    return true;
}

static void report_rest(struct conversation *conversation, struct session *session) {
    for (size_t i = 0; i < session->count; i++)
        if (!session->is_done[i])
            add_end(conversation, &session->letters[i], &session->rest);
    report_heard(conversation);
}

static void send_to_server(const struct transport *transport, struct conversation *conversation,
                           unsigned deadline_s) {
    int64_t deadline_ns = clock_monotonic_ns() + (int64_t)deadline_s * 1000000000;
    smtp_prepare(&transport->server);
    for (size_t i = 0; i < conversation->session_count; i++) {
        struct session *session = &conversation->sessions[i];
        if (!start_session(transport, session)) {
            (void)snprintf(session->rest.text, sizeof(session->rest.text), "cannot start: %s",
                           strerror(errno));
            end_session(session);
        }
    }
    while (conversation->goes_on && wait_for_reports(conversation, deadline_ns))
        report_heard(conversation);
    for (size_t i = 0; i < conversation->session_count; i++) {
        struct session *session = &conversation->sessions[i];
        if (!session->is_over) {
            (void)snprintf(session->rest.text, sizeof(session->rest.text), "no answer within %u s",
                           deadline_s);
            end_session(session);
        }
        report_rest(conversation, session);
    }
}

static void deliver_to_maildir(const struct transport *transport, struct arena *arena,
                               struct conversation *conversation, const struct letter *letters,
                               size_t count) {
    for (size_t i = 0; i < count && conversation->goes_on; i++) {
        struct letter_result result = maildir_deliver(arena, transport->directory, &letters[i]);
        add_end(conversation, &letters[i], &result);
        report_heard(conversation);
    }
}

/* Even shares, so that all sessions end at about the same time. */
static void share_letters(struct conversation *conversation, struct transport *transport, struct arena *arena,
                          const struct letter *letters, size_t count) {
    size_t sessions = (count + TRANSPORT_LETTERS_A_SESSION - 1) / TRANSPORT_LETTERS_A_SESSION;
    if (sessions > TRANSPORT_MOST_SESSIONS)
        sessions = TRANSPORT_MOST_SESSIONS;
    conversation->session_count = sessions;
    for (size_t i = 0; i < sessions; i++) {
        size_t from = count * i / sessions;
        size_t share = count * (i + 1) / sessions - from;
        conversation->sessions[i] = (struct session){
            .process = &transport->processes[i],
            .letters = letters + from,
            .count = share,
            .is_done = arena_take_array(arena, share, sizeof(bool)),
            .rest = {LETTER_RETRY, "the session ended before this mail"},
        };
    }
}

bool transport_send(struct transport *transport, struct arena *arena, const struct letter *letters,
                    size_t count, unsigned deadline_s, const struct transport_listener *listener) {
    struct conversation conversation = {
        .listener = listener,
        .is_busy = listener->meanwhile != NULL,
        .ends = arena_take_array(arena, count, sizeof(struct letter_end)),
        .goes_on = true,
    };
    if (transport->directory) {
        deliver_to_maildir(transport, arena, &conversation, letters, count);
    } else {
        share_letters(&conversation, transport, arena, letters, count);
        send_to_server(transport, &conversation, deadline_s);
    }
    return conversation.goes_on;
}
