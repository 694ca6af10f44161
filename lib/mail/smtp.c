/*
 * libesmtp 1.1.0 reports success where there was none (a line cut after the final dot, missing STARTTLS, a
 * bad certificate): a letter counts as sent only when the message's status and the recipient's are 2xx and
 * the recipient is complete. Everything else is tried again, unless the server said 5xx to the recipient or
 * the message.
 *
 * Nor is it trusted with what may be said in clear: each byte passes on_traffic, which ends the session
 * before a password or a mail leaves without the TLS or the sign-in that the setting asks for.
 */
#include "mail/smtp.h"

#include "mail/letter_wire.h"

/* Both must stand before libesmtp.h, which uses their types without including them. */
#include <openssl/ssl.h>
#include <sys/types.h>

#include <arpa/inet.h>
#include <auth-client.h>
#include <libesmtp.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PHASE_TIMEOUT_MS = 30000, MORE_THAN_TICKETS = 16384 };

static const char TOO_MUCH[] =
    "the server sent more than it was asked for before TLS; somebody may be in between";

struct session {
    const struct smtp_server *server;
    const struct letter *letters;
    size_t count;
    int reports;
    struct {
        size_t asked;    /* pieces written: a command each, as long as nothing is pipelined */
        size_t answered; /* complete answers read, the greeting included */
        size_t column;   /* of the line that is being read */
        char line[160];  /* its beginning */
    } traffic;
    bool asked_for_tls;
    bool is_encrypted;
    int socket; /* once encrypted */
    bool is_signed_in;
    char trouble[160]; /* what went wrong with the session, and with no single letter; "": nothing */
    bool *reported;
    smtp_message_t *messages;
    smtp_recipient_t *recipients;
};

/* ---- reports ---- */

static void report(const struct session *session, int64_t index, enum letter_state state, const char *text) {
    struct smtp_report record = {.index = index, .result.state = state};
    /* "550 5.1.1 no such user", when it is what a server said */
    if (state == LETTER_FAILED && strlen(text) > 4)
        record.result.is_bad_mailbox = letter_names_bad_mailbox((int)strtol(text, NULL, 10), text + 4);
    (void)snprintf(record.result.text, sizeof(record.result.text), "%s", text);
    /* It goes into the database, the log and a terminal. */
    for (char *c = record.result.text; *c; c++)
        if (*c < ' ' || *c >= 0x7F)
            *c = '?';
    /* The parent has recorded the result when it answers: at most one letter is ever in flight. */
    char go_on = 0;
    if (write(session->reports, &record, sizeof(record)) != (ssize_t)sizeof(record) ||
        read(session->reports, &go_on, 1) != 1)
        _exit(EXIT_FAILURE);
}

static _Noreturn void end_with(const struct session *session, const char *text) {
    report(session, SMTP_OF_SESSION, LETTER_RETRY, text);
    _exit(EXIT_FAILURE);
}

/* The first one is the cause of those that follow. */
static void say_trouble(struct session *session, const char *text) {
    if (!*session->trouble)
        (void)snprintf(session->trouble, sizeof(session->trouble), "%s", text);
}

static void say_status(char *text, size_t size, const smtp_status_t *status) {
    (void)snprintf(text, size, "%d %s", status->code, status->text ? status->text : "");
    text[strcspn(text, "\r\n")] = '\0';
}

static void report_letter(struct session *session, size_t index) {
    if (session->reported[index])
        return;
    session->reported[index] = true;
    const smtp_status_t *message = smtp_message_transfer_status(session->messages[index]);
    const smtp_status_t *recipient = smtp_recipient_status(session->recipients[index]);
    const smtp_status_t *sender = smtp_reverse_path_status(session->messages[index]);
    char text[200];
    (void)snprintf(text, sizeof(text), "%s",
                   *session->trouble ? session->trouble : "the session ended before this mail was accepted");
    enum letter_state state = LETTER_RETRY;
    bool is_refused = recipient->code / 100 == 5 || (recipient->code / 100 == 2 && message->code / 100 == 5);
    if (recipient->code / 100 == 2 && message->code / 100 == 2 &&
        smtp_recipient_check_complete(session->recipients[index])) {
        state = LETTER_SENT;
        say_status(text, sizeof(text), message);
    } else if (is_refused) {
        state = LETTER_FAILED;
        say_status(text, sizeof(text), recipient->code / 100 == 5 ? recipient : message);
    } else if (recipient->code && recipient->code / 100 != 2) {
        say_status(text, sizeof(text), recipient);
    } else if (message->code) {
        say_status(text, sizeof(text), message);
    } else if (sender->code && sender->code / 100 != 2) {
        say_status(text, sizeof(text), sender);
    }
    report(session, (int64_t)index, state, text);
}

/* ---- what libesmtp calls ---- */

static const char *give_message(void **context, int *size, void *arg) {
    const struct letter *letter = arg;
    /* Without `size` it is told to start again. The context only says whether the text was given already. */
    if (!size) {
        *context = NULL;
        return NULL;
    }
    if (*context) {
        *size = 0;
        return NULL;
    }
    /* libesmtp frees the context with free(). */
    *context = malloc(1);
    if (!*context)
        _exit(EXIT_FAILURE);
    *size = (int)letter->size;
    return letter->bytes;
}

/*
 * TLS 1.3 servers send session tickets right behind the handshake. libesmtp takes them for the answer to the
 * EHLO that it has not sent yet, and waits in vain. So the socket is not readable for so few bytes until
 * something was written (SO_RCVLOWAT in socket(7)).
 */
static void set_least_bytes(int socket, int bytes) {
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
}

/*
 * libesmtp writes a mail in pieces of 2 KiB. Unless told, the kernel keeps the last one back until the server
 * has acknowledged those before, which it delays by 40 ms: 21 mails a second instead of more than a thousand.
 * libesmtp does not say which socket is its own, but it is the only one for TCP that this process has.
 */
static void send_at_once(const struct session *session) {
    enum { MOST_DESCRIPTORS = 32 };
    static const int on = 1;
    for (int i = session->reports + 1; i < MOST_DESCRIPTORS; i++)
        (void)setsockopt(i, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void on_event(smtp_session_t handle, int event, void *arg, ...) {
    (void)handle;
    struct session *session = arg;
    bool accepts_any = session->server->is_local && !session->server->ca_file;
    va_list arguments;
    va_start(arguments, arg);
    if (event == SMTP_EV_CONNECT) {
        send_at_once(session);
    } else if (event == SMTP_EV_MESSAGESENT) {
        smtp_message_t message = va_arg(arguments, smtp_message_t);
        for (size_t i = 0; i < session->count; i++)
            if (session->messages[i] == message)
                report_letter(session, i);
    } else if (event == SMTP_EV_STARTTLS_OK) {
        session->is_encrypted = true;
        /* What was said in clear may have been said by anybody. */
        session->is_signed_in = false;
        *session->trouble = '\0';
        session->socket = SSL_get_fd(va_arg(arguments, SSL *));
        set_least_bytes(session->socket, MORE_THAN_TICKETS);
    } else if (event == SMTP_EV_EXTNA_STARTTLS) {
        say_trouble(session, "the server offers no STARTTLS");
    } else if (event == SMTP_EV_INVALID_PEER_CERTIFICATE) {
        (void)va_arg(arguments, long);
        *va_arg(arguments, int *) = accepts_any;
    } else if (event == SMTP_EV_WRONG_PEER_CERTIFICATE || event == SMTP_EV_NO_CLIENT_CERTIFICATE) {
        /* Its comparison of names knows no addresses; OpenSSL has made ours by now (see make_tls). We have no
         * certificate to show. */
        *va_arg(arguments, int *) = 1;
    }
    /* These answers were about one letter, and stand in its status. */
    if (event == SMTP_EV_MAILSTATUS || event == SMTP_EV_RCPTSTATUS || event == SMTP_EV_MESSAGESENT)
        *session->trouble = '\0';
    va_end(arguments);
}

static bool begins(const char *bytes, int size, const char *word) {
    size_t word_size = strlen(word);
    return size >= (int)word_size && memcmp(bytes, word, word_size) == 0;
}

static void on_written(struct session *session, const char *bytes, int size) {
    bool is_open = session->server->is_local || session->is_encrypted;
    bool begins_mail = memmem(bytes, (size_t)size, "MAIL FROM:", 10) != NULL;
    if (!is_open && (begins_mail || begins(bytes, size, "AUTH")))
        end_with(session, "there is no TLS");
    if (begins_mail && session->server->user && !session->is_signed_in)
        end_with(session,
                 *session->trouble ? session->trouble : "the server offers no sign-in for a password");
    if (begins(bytes, size, "STARTTLS")) {
        /* The greeting and an answer to each command, and nothing that waits to be read after TLS. */
        if (session->traffic.answered != session->traffic.asked + 1 || session->traffic.column)
            end_with(session, TOO_MUCH);
        session->asked_for_tls = true;
    }
    session->traffic.asked++;
    if (session->is_encrypted)
        set_least_bytes(session->socket, 1);
}

/* An answer's last line: "250 text", where the others are "250-text". */
static void on_answer(struct session *session, const char *line) {
    session->traffic.answered++;
    if (line[0] == '4' || line[0] == '5')
        say_trouble(session, line);
    else if (strncmp(line, "235", 3) == 0)
        session->is_signed_in = true;
}

/*
 * What waits in libesmtp's buffer when TLS begins is believed as if it had come over TLS (CVE-2011-0411 and
 * its kin): somebody in between can put a whole session's good answers there, with the answer to STARTTLS or
 * long before it. So answers are counted: none may come before it was asked for.
 */
static void on_traffic(const char *bytes, int size, int is_writing, void *arg) {
    struct session *session = arg;
    if (is_writing) {
        on_written(session, bytes, size);
        return;
    }
    char *line = session->traffic.line;
    for (int i = 0; i < size; i++) {
        if (bytes[i] != '\n') {
            if (session->traffic.column < sizeof(session->traffic.line) - 1)
                line[session->traffic.column++] = bytes[i];
            continue;
        }
        line[session->traffic.column] = '\0';
        line[strcspn(line, "\r")] = '\0';
        session->traffic.column = 0;
        if (strlen(line) < 4 || line[3] != '-')
            on_answer(session, line);
    }
    bool is_too_much = session->traffic.answered > session->traffic.asked + 1 ||
                       (session->traffic.answered == session->traffic.asked + 1 && session->traffic.column);
    if (session->asked_for_tls && !session->is_encrypted && is_too_much)
        end_with(session, TOO_MUCH);
}

static int on_certificate(int is_good, X509_STORE_CTX *store) {
    const SSL *tls = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct session *session = SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls));
    if (!is_good) {
        char text[160];
        (void)snprintf(text, sizeof(text), "the server's certificate: %s",
                       X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
        say_trouble(session, text);
    }
    return is_good;
}

static int give_credentials(auth_client_request_t request, char **result, int fields, void *arg) {
    const struct smtp_server *server = arg;
    for (int i = 0; i < fields; i++) {
        const char *value = NULL;
        if (request[i].flags & AUTH_USER)
            value = server->user;
        else if (request[i].flags & AUTH_PASS)
            value = server->password;
        result[i] = value ? strdup(value) : NULL;
    }
    return 1;
}

/* ---- setting up ---- */

/* A process has one server. NULL: it cannot be made, for want of memory or of certificates to trust. */
static SSL_CTX *the_tls;

static bool set_trust(SSL_CTX *context, const struct smtp_server *server) {
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return false;
    if (server->is_local && !server->ca_file)
        return true;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_certificate);
    bool trusts = server->ca_file ? SSL_CTX_load_verify_locations(context, server->ca_file, NULL) == 1
                                  : SSL_CTX_set_default_verify_paths(context) == 1;
    unsigned char address[16];
    bool is_address =
        inet_pton(AF_INET, server->host, address) == 1 || inet_pton(AF_INET6, server->host, address) == 1;
    X509_VERIFY_PARAM *check = SSL_CTX_get0_param(context);
    bool names = is_address ? X509_VERIFY_PARAM_set1_ip_asc(check, server->host) == 1
                            : X509_VERIFY_PARAM_set1_host(check, server->host, 0) == 1;
    return trusts && names;
}

void smtp_prepare(const struct smtp_server *server) {
    if (the_tls)
        return;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context && set_trust(context, server))
        the_tls = context;
    else
        SSL_CTX_free(context);
}

static bool set_up(struct session *session, smtp_session_t handle, auth_context_t auth) {
    const struct smtp_server *server = session->server;
    char address[300];
    (void)snprintf(address, sizeof(address), "%s:%s", server->host, server->port);
    /* libesmtp keeps it, and may give it back with its session. */
    if (!the_tls || SSL_CTX_up_ref(the_tls) != 1)
        return false;
    SSL_CTX_set_app_data(the_tls, session);
    if (!smtp_set_server(handle, address) || !smtp_starttls_set_ctx(handle, the_tls) ||
        !smtp_starttls_enable(handle, server->is_local ? Starttls_ENABLED : Starttls_REQUIRED) ||
        !smtp_set_eventcb(handle, on_event, session) || !smtp_set_monitorcb(handle, on_traffic, session, 0))
        return false;
    static const int phases[] = {Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA, Timeout_TRANSFER,
                                 Timeout_DATA2};
    for (size_t i = 0; i < COUNT(phases); i++)
        (void)smtp_set_timeout(handle, phases[i] | Timeout_OVERRIDE_RFC2822_MINIMUM, PHASE_TIMEOUT_MS);
    if (!server->user)
        return true;
    /* The PLAIN mechanism is fit because TLS is required, or the bytes do not leave this machine. */
    (void)auth_set_mechanism_flags(auth, AUTH_PLUGIN_PLAIN, 0);
    void *arg = (void *)(uintptr_t)server;
    return auth_set_interact_cb(auth, give_credentials, arg) && smtp_auth_set_context(handle, auth);
}

/* libesmtp passes CR LF on: an address with it would add a recipient, or a command. */
static bool is_address(const char *address) {
    for (const char *c = address; *c; c++)
        if (*c <= ' ' || *c >= 0x7F || *c == '<' || *c == '>')
            return false;
    return *address != '\0';
}

static bool add_letter(struct session *session, smtp_session_t handle, size_t index) {
    const struct letter *letter = &session->letters[index];
    smtp_message_t message = smtp_add_message(handle);
    if (!message || !smtp_set_reverse_path(message, letter->return_path))
        return false;
    session->messages[index] = message;
    session->recipients[index] = smtp_add_recipient(message, letter->recipient);
    /* The messages are ours to the last header; libesmtp would make a Message-ID of its own. */
    return session->recipients[index] && smtp_set_header(message, "Message-Id", letter->message_id) &&
           smtp_set_header_option(message, "Message-Id", Hdr_OVERRIDE, 0) &&
           smtp_set_messagecb(message, give_message, (void *)(uintptr_t)letter);
}

/* True if the process can hold another session. */
static bool hold_session(struct session *session, struct arena *arena) {
    session->reported = arena_take_array(arena, session->count, sizeof(bool));
    session->messages = arena_take_array(arena, session->count, sizeof(smtp_message_t));
    session->recipients = arena_take_array(arena, session->count, sizeof(smtp_recipient_t));
    smtp_session_t handle = smtp_create_session();
    auth_context_t auth = auth_create_context();
    bool good = handle && auth && set_up(session, handle, auth);
    for (size_t i = 0; i < session->count && good; i++) {
        if (!is_address(session->letters[i].return_path))
            end_with(session, "the sender, `mail_from` or `mail_bounce`, is not an address");
        if (is_address(session->letters[i].recipient)) {
            good = add_letter(session, handle, i);
        } else {
            session->reported[i] = true;
            report(session, (int64_t)i, LETTER_FAILED, "this is not an address to mail to");
        }
    }
    if (!good)
        end_with(session, "the session cannot be set up: memory, or the certificates to trust");
    bool is_well = smtp_start_session(handle) != 0;
    if (!is_well) {
        char text[160];
        const char *why = smtp_strerror(smtp_errno(), text, sizeof(text));
        say_trouble(session, why ? why : "no connection");
    }
    for (size_t i = 0; i < session->count; i++)
        report_letter(session, i);
    (void)smtp_destroy_session(handle);
    (void)auth_destroy_context(auth);
    return is_well && !*session->trouble && !session->is_encrypted;
}

_Noreturn void smtp_serve(const struct smtp_server *server, int parent) {
    static const struct smtp_report done = {.index = SMTP_DONE};
    /* A server that goes away is an error to be reported, not a signal to die of. */
    (void)signal(SIGPIPE, SIG_IGN);
    auth_client_init();
    struct arena *arena = arena_new();
    struct letter *letters = NULL;
    size_t count = 0;
    while (letters_receive(parent, arena, &letters, &count)) {
        struct session session = {.server = server, .letters = letters, .count = count, .reports = parent};
        if (!hold_session(&session, arena) || write(parent, &done, sizeof(done)) != (ssize_t)sizeof(done))
            break;
        arena_reset(arena);
    }
    _exit(EXIT_SUCCESS);
}
