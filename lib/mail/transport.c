#include "mail/transport.h"

#include "base/clock.h"
#include "base/percent.h"
#include "base/utf8.h"
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

const struct transport *transport_read(struct arena *arena, const char *setting, const char **error) {
    struct transport *transport = arena_take(arena, sizeof(*transport));
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

/* The process that talks to the server, and what is known of its letters. */
struct conversation {
    const struct letter *letters;
    size_t count;
    bool *is_done;
    transport_report *report;
    void *with;
    bool goes_on;              /* no report returned false */
    struct letter_result rest; /* for letters of which nothing was heard */
};

static pid_t start_session(const struct transport *transport, const char *sender,
                           const struct letter *letters, size_t count, int *socket) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        /* It ends with its parent, and holds neither the database nor the parent's locks. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        int reports = dup2(pair[1], STDERR_FILENO + 1);
        if (getppid() != parent || reports < 0 || close_range((unsigned)reports + 1, ~0U, 0) != 0)
            _exit(EXIT_FAILURE);
        smtp_run(&transport->server, sender, letters, count, reports);
    }
    (void)close(pair[1]);
    if (child < 0)
        (void)close(pair[0]);
    *socket = pair[0];
    return child;
}

static void hear(struct conversation *conversation, const struct smtp_report *report) {
    if (report->index == SIZE_MAX) {
        conversation->rest = report->result;
    } else if (report->index < conversation->count && !conversation->is_done[report->index]) {
        conversation->is_done[report->index] = true;
        conversation->goes_on =
            conversation->report(conversation->with, &conversation->letters[report->index], &report->result);
    }
}

static void converse(struct conversation *conversation, int socket, unsigned deadline_s) {
    int64_t deadline_ns = clock_monotonic_ns() + (int64_t)deadline_s * 1000000000;
    while (conversation->goes_on) {
        int64_t left_ms = (deadline_ns - clock_monotonic_ns()) / 1000000;
        struct pollfd from = {.fd = socket, .events = POLLIN};
        int ready = left_ms > 0 ? poll(&from, 1, (int)left_ms) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            (void)snprintf(conversation->rest.text, sizeof(conversation->rest.text), "no answer within %u s",
                           deadline_s);
            return;
        }
        struct smtp_report report;
        if (recv(socket, &report, sizeof(report), 0) != (ssize_t)sizeof(report))
            return;
        report.result.text[sizeof(report.result.text) - 1] = '\0';
        hear(conversation, &report);
        if (conversation->goes_on && send(socket, "", 1, MSG_NOSIGNAL) != 1)
            return;
    }
}

static void send_to_server(const struct transport *transport, const char *sender,
                           struct conversation *conversation, unsigned deadline_s) {
    int socket = -1;
    pid_t child = start_session(transport, sender, conversation->letters, conversation->count, &socket);
    if (child < 0) {
        (void)snprintf(conversation->rest.text, sizeof(conversation->rest.text), "cannot start: %s",
                       strerror(errno));
        return;
    }
    converse(conversation, socket, deadline_s);
    (void)close(socket);
    (void)kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

bool transport_send(const struct transport *transport, struct arena *arena, const char *sender,
                    const struct letter *letters, size_t count, unsigned deadline_s, transport_report *report,
                    void *with) {
    struct conversation conversation = {
        .letters = letters,
        .count = count,
        .is_done = arena_take_array(arena, count, sizeof(bool)),
        .report = report,
        .with = with,
        .goes_on = true,
        .rest = {LETTER_RETRY, "the session ended before this mail"},
    };
    if (transport->directory) {
        for (size_t i = 0; i < count && conversation.goes_on; i++) {
            struct letter_result result = maildir_deliver(arena, transport->directory, &letters[i]);
            conversation.is_done[i] = true;
            conversation.goes_on = report(with, &letters[i], &result);
        }
    } else {
        send_to_server(transport, sender, &conversation, deadline_s);
    }
    for (size_t i = 0; i < count && conversation.goes_on; i++)
        if (!conversation.is_done[i])
            conversation.goes_on = report(with, &letters[i], &conversation.rest);
    return conversation.goes_on;
}
