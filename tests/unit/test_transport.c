/* Where mails go, and how a session ends when the other side does what it likes. The server is a process that
 * follows one of a few scripts and writes down what it is told, in memory it shares with the test. */
#include "unit.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "mail/transport.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

static struct arena *arena;

/* ---- the setting ---- */

static struct transport *read_good(const char *setting) {
    const char *error = NULL;
    struct transport *transport = transport_read(arena, setting, &error);
    if (!transport)
        fail_msg("%s: %s", setting, error);
    return transport;
}

static void a_server_is_read_with_its_password(void **state) {
    (void)state;
    const struct smtp_server *server =
        &read_good("smtp://tasks%40example.org:p%3A%2f%3fss@mail.example.org:2525?ca=/etc/our%20ca.pem")
             ->server;
    assert_string_equal(server->host, "mail.example.org");
    assert_string_equal(server->port, "2525");
    assert_string_equal(server->user, "tasks@example.org");
    assert_string_equal(server->password, "p:/?ss");
    assert_string_equal(server->ca_file, "/etc/our ca.pem");
    assert_false(server->is_local);
    server = &read_good("smtp://mail.example.org")->server;
    assert_string_equal(server->port, "587");
    assert_null(server->user);
    assert_null(server->password);
    assert_null(server->ca_file);
    assert_string_equal(read_good("maildir:./var/mail")->directory, "./var/mail");
}

static void only_this_machine_is_local(void **state) {
    (void)state;
    static const char *const local[] = {"localhost", "LocalHost", "127.0.0.1", "127.255.3.4"};
    static const char *const other[] = {"127.0.0.1.example.org",
                                        "127.example.org",
                                        "localhost.example.org",
                                        "128.0.0.1",
                                        "10.0.0.1",
                                        "127.1",
                                        "127.0.0.1."};
    for (size_t i = 0; i < COUNT(local); i++)
        assert_true(read_good(arena_print(arena, "smtp://%s:25", local[i]))->server.is_local);
    for (size_t i = 0; i < COUNT(other); i++)
        assert_false(read_good(arena_print(arena, "smtp://%s:25", other[i]))->server.is_local);
}

static void what_is_not_understood_is_said(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        "maildir:",
        "smtp:",
        "smtp://",
        "smtps://mail.example.org",
        "smtp://mail.example.org:0",
        "smtp://mail.example.org:65536",
        "smtp://mail.example.org:25x",
        "smtp://mail.example.org:",
        "smtp://mail.example.org/",
        "smtp://user@mail.example.org",
        "smtp://us%0aer:password@mail.example.org",
        "smtp://user:pass%2@mail.example.org",
        "smtp://user:pass%zz@mail.example.org",
        "smtp://mail example.org",
        "smtp://[::1]:25",
        "smtp://mail.example.org?tls=no",
        "smtp://mail.example.org?ca=%",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *error = NULL;
        if (transport_read(arena, wrong[i], &error))
            fail_msg("%s was taken", wrong[i]);
        assert_non_null(strstr(error, "smtp://user:password@host:587"));
        assert_null(strstr(error, "pass%"));
    }
}

/* ---- a server of our own ---- */

enum script {
    ANSWERS,     /* as it should */
    SILENT,      /* not a word */
    STUCK,       /* as it should, until the first final dot */
    TOO_EAGER,   /* the answers of a whole session at once, with an offer of STARTTLS */
    TOO_EAGER_2, /* the same before it was asked anything */
    NO_STARTTLS, /* offers it and refuses it */
    NO_SIGN_IN,  /* takes no password, and then nobody */
};

static struct {
    pid_t process;
    unsigned port;
    char *heard; /* all that was said to it */
} server;

enum { HEARD_BYTES = 65536 };

static const char *answer_to(enum script script, const char *line) {
    static bool is_data;
    if (is_data) {
        if (strcmp(line, ".\r\n") != 0)
            return "";
        is_data = false;
        return script == STUCK ? NULL : "250 2.0.0 taken\r\n";
    }
    if (strncmp(line, "EHLO", 4) == 0) {
        if (script == TOO_EAGER)
            return "250-x\r\n250 STARTTLS\r\n220 go on\r\n250 x\r\n250 x\r\n250 x\r\n354 x\r\n250 x\r\n221 x\r\n";
        if (script == NO_STARTTLS)
            return "250-x\r\n250-PIPELINING\r\n250 STARTTLS\r\n";
        return script == NO_SIGN_IN ? "250-x\r\n250 AUTH PLAIN LOGIN\r\n" : "250-x\r\n250 PIPELINING\r\n";
    }
    if (strncmp(line, "STARTTLS", 8) == 0)
        return "454 4.7.0 not now\r\n";
    if (strncmp(line, "AUTH", 4) == 0)
        return "535 5.7.8 who are you?\r\n";
    if (strncmp(line, "DATA", 4) == 0) {
        is_data = true;
        return "354 go on\r\n";
    }
    if (strstr(line, "<nobody@"))
        return "550 5.1.1 nobody\r\n";
    if (strstr(line, "<later@"))
        return "451 4.3.0 later \x1b[31m\xff\r\n";
    return strncmp(line, "QUIT", 4) == 0 ? "221 bye\r\n" : "250 fine\r\n";
}

static _Noreturn void serve(int listener, enum script script) {
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        /* The client's delays are to be seen, not ours. */
        static const int on = 1;
        (void)setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        FILE *lines = connection < 0 ? NULL : fdopen(connection, "r");
        char line[2000];
        if (script == SILENT || !lines)
            continue;
        const char *greeting = script == TOO_EAGER_2
                                   ? "220 x\r\n250-x\r\n250 STARTTLS\r\n220 go on\r\n250 x\r\n"
                                   : "220 unit ESMTP\r\n";
        if (write(connection, greeting, strlen(greeting)) < 0)
            _exit(1);
        while (fgets(line, sizeof(line), lines)) {
            size_t heard = strlen(server.heard);
            (void)snprintf(server.heard + heard, HEARD_BYTES - heard, "%s", line);
            const char *answer = answer_to(script, line);
            if (!answer)
                (void)pause();
            else if (write(connection, answer, strlen(answer)) < 0)
                break;
        }
        (void)fclose(lines);
    }
}

static struct transport *start(enum script script, const char *user) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(place);
    assert_int_equal(bind(listener, (struct sockaddr *)&place, size), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&place, &size), 0);
    server.port = ntohs(place.sin_port);
    server.heard = mmap(NULL, HEARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(server.heard, MAP_FAILED);
    server.process = fork();
    if (server.process == 0)
        serve(listener, script);
    assert_int_equal(close(listener), 0);
    return read_good(arena_print(arena, "smtp://%s127.0.0.1:%u", user, server.port));
}

static void stop(void) {
    if (!server.process)
        return;
    (void)kill(server.process, SIGKILL);
    (void)waitpid(server.process, NULL, 0);
    (void)munmap(server.heard, HEARD_BYTES);
    server.process = 0;
}

static int begin(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state) {
    (void)state;
    stop();
    arena_free(arena);
    return 0;
}

/* ---- sending ---- */

struct told {
    size_t count;
    size_t stop_after; /* 0: never */
    struct letter_result results[4];
    int most_descriptors; /* of the process that talks to the server */
    int64_t last_ns;
    size_t slow; /* letters that took more than 30 ms */
};

static int descriptors_of_child(void) {
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "r");
    int child = 0, count = 0;
    while (children && fscanf(children, "%d", &child) == 1 && child == server.process)
        ;
    if (children)
        (void)fclose(children);
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", child);
    DIR *directory = child ? opendir(path) : NULL;
    while (directory && readdir(directory))
        count++;
    if (directory)
        (void)closedir(directory);
    return count - 2; /* . and .. */
}

static bool tell(void *with, const struct letter_end *ends, size_t count) {
    struct told *told = with;
    bool goes_on = true;
    for (size_t i = 0; i < count; i++) {
        int64_t now_ns = clock_monotonic_ns();
        told->slow += told->last_ns && now_ns - told->last_ns > 30000000;
        told->last_ns = now_ns;
        told->results[ends[i].letter->id] = ends[i].result;
        goes_on &= ++told->count != told->stop_after;
    }
    int descriptors = descriptors_of_child();
    if (descriptors > told->most_descriptors)
        told->most_descriptors = descriptors;
    return goes_on;
}

static const char bytes[] = "Message-ID: <0.x@example.org>\r\nSubject: x\r\n\r\n.\r\n";

static const char sender[] = "tasks@pumasi.example.org";

static struct letter to(int64_t id, const char *recipient) {
    return (struct letter){.id = id,
                           .return_path = sender,
                           .recipient = recipient,
                           .message_id = "0.x@example.org",
                           .bytes = bytes,
                           .size = sizeof(bytes) - 1};
}

static bool send_them(struct transport *transport, const struct letter *letters, size_t count,
                      unsigned deadline_s, struct told *told) {
    const struct transport_listener listener = {.report = tell, .with = told};
    bool goes_on = transport_send(transport, arena, letters, count, deadline_s, &listener);
    transport_close(transport);
    return goes_on;
}

static void each_letter_has_its_own_end(void **state) {
    (void)state;
    struct transport *transport = start(ANSWERS, "");
    const struct letter letters[] = {to(0, "a@example.org"), to(1, "nobody@example.org"),
                                     to(2, "later@example.org"), to(3, "b@example.org")};
    struct told told = {0};
    assert_true(send_them(transport, letters, 4, 20, &told));
    assert_int_equal(told.count, 4);
    assert_int_equal(told.results[0].state, LETTER_SENT);
    assert_int_equal(told.results[1].state, LETTER_FAILED);
    assert_string_equal(told.results[1].text, "550 5.1.1 nobody");
    assert_int_equal(told.results[2].state, LETTER_RETRY);
    assert_string_equal(told.results[2].text, "451 4.3.0 later ?[31m?");
    assert_int_equal(told.results[3].state, LETTER_SENT);
    assert_non_null(strstr(server.heard, "MAIL FROM:<tasks@pumasi.example.org>"));
    assert_non_null(strstr(server.heard, "Message-ID: <0.x@example.org>\r\n"));
    assert_null(strstr(server.heard, "Message-Id"));
    assert_non_null(strstr(server.heard, "\r\n..\r\n.\r\n"));
}

/* 0, 1, 2, the pair to its parent and the line to the server. */
static void the_session_holds_nothing_of_its_parent(void **state) {
    (void)state;
    struct transport *transport = start(ANSWERS, "");
    int others[8];
    for (size_t i = 0; i < COUNT(others); i++)
        others[i] = dup(0); /* a database would be such a one */
    const struct letter letter = to(0, "a@example.org");
    struct told told = {0};
    assert_true(send_them(transport, &letter, 1, 20, &told));
    assert_int_equal(told.results[0].state, LETTER_SENT);
    assert_in_range(told.most_descriptors, 4, 5);
    for (size_t i = 0; i < COUNT(others); i++)
        (void)close(others[i]);
}

/* With a letter among them that is longer than a packet. */
static void one_process_holds_session_after_session(void **state) {
    (void)state;
    struct transport *transport = start(ANSWERS, "");
    struct buffer mail = buffer_new(arena, 300000);
    buffer_add(&mail, "Message-ID: <0.x@example.org>\r\nSubject: x\r\n\r\n");
    while (mail.size < 250000)
        buffer_add(&mail, "a line of text\r\n");
    struct letter letters[] = {to(0, "a@example.org"), to(1, "b@example.org")};
    letters[1].bytes = mail.data;
    letters[1].size = mail.size;
    pid_t process = 0;
    for (int i = 0; i < 3; i++) {
        struct told told = {0};
        const struct transport_listener listener = {.report = tell, .with = &told};
        assert_true(transport_send(transport, arena, letters, 2, 20, &listener));
        assert_int_equal(told.count, 2);
        assert_int_equal(told.results[0].state, LETTER_SENT);
        assert_int_equal(told.results[1].state, LETTER_SENT);
        assert_true(transport->processes[0].socket >= 0);
        if (i)
            assert_int_equal(transport->processes[0].id, process);
        process = transport->processes[0].id;
    }
    /* One that has died meanwhile is followed by another. */
    siginfo_t how;
    assert_int_equal(kill(process, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)process, &how, WEXITED | WNOWAIT), 0);
    struct told told = {0};
    assert_true(send_them(transport, letters, 2, 20, &told));
    assert_int_equal(told.count, 2);
    assert_int_equal(told.results[0].state, LETTER_SENT);
    assert_int_equal(transport->processes[0].socket, -1);
}

static void nothing_is_sent_after_a_record_failed(void **state) {
    (void)state;
    struct transport *transport = start(ANSWERS, "");
    const struct letter letters[] = {to(0, "a@example.org"), to(1, "b@example.org"), to(2, "c@example.org")};
    struct told told = {.stop_after = 1};
    assert_false(send_them(transport, letters, 3, 20, &told));
    assert_int_equal(told.count, 1);
    assert_null(strstr(server.heard, "b@example.org"));
}

/* Nagle's algorithm against delayed acknowledgements: 40 ms for each letter that is longer than libesmtp's
 * buffer. */
static void no_letter_waits_for_an_acknowledgement(void **state) {
    (void)state;
    enum { LETTERS = 30 };
    struct transport *transport = start(ANSWERS, "");
    struct buffer mail = buffer_new(arena, 4000);
    buffer_add(&mail, "Subject: x\r\n\r\n");
    while (mail.size < 3000)
        buffer_add(&mail, "a line of text\r\n");
    struct letter letters[LETTERS];
    for (size_t i = 0; i < LETTERS; i++) {
        letters[i] = to(0, "a@example.org");
        letters[i].bytes = mail.data;
        letters[i].size = mail.size;
    }
    struct told told = {0};
    assert_true(send_them(transport, letters, LETTERS, 20, &told));
    assert_int_equal(told.count, LETTERS);
    assert_in_range(told.slow, 0, LETTERS / 3);
}

static void a_silent_server_is_left_at_the_deadline(void **state) {
    (void)state;
    struct transport *transport = start(SILENT, "");
    const struct letter letters[] = {to(0, "a@example.org"), to(1, "b@example.org")};
    struct told told = {0};
    int64_t begin_ns = clock_monotonic_ns();
    assert_true(send_them(transport, letters, 2, 1, &told));
    assert_in_range((clock_monotonic_ns() - begin_ns) / 1000000, 900, 5000);
    assert_int_equal(told.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(told.results[i].state, LETTER_RETRY);
        assert_string_equal(told.results[i].text, "no answer within 1 s");
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* only the server is left */
}

/* connect() has no limit of its own: a machine that drops what is sent to it would hold a mailer for minutes.
 */
static void a_server_that_takes_no_connection_is_left_at_the_deadline(void **state) {
    (void)state;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(place);
    assert_int_equal(bind(listener, (struct sockaddr *)&place, size), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&place, &size), 0);
    int others[4]; /* more than wait in its queue: the kernel answers no further one */
    for (size_t i = 0; i < COUNT(others); i++) {
        others[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(others[i], (struct sockaddr *)&place, size);
    }
    struct transport *transport = read_good(arena_print(arena, "smtp://127.0.0.1:%u", ntohs(place.sin_port)));
    const struct letter letter = to(0, "a@example.org");
    struct told told = {0};
    assert_true(send_them(transport, &letter, 1, 1, &told));
    assert_int_equal(told.results[0].state, LETTER_RETRY);
    assert_string_equal(told.results[0].text, "no answer within 1 s");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    for (size_t i = 0; i < COUNT(others); i++)
        (void)close(others[i]);
    (void)close(listener);
}

static void no_answer_to_the_final_dot_is_not_sent(void **state) {
    (void)state;
    struct transport *transport = start(STUCK, "");
    const struct letter letter = to(0, "a@example.org");
    struct told told = {0};
    assert_true(send_them(transport, &letter, 1, 1, &told));
    assert_int_equal(told.results[0].state, LETTER_RETRY);
}

static void answers_that_came_before_tls_are_not_believed(void **state) {
    (void)state;
    static const enum script eager[] = {TOO_EAGER, TOO_EAGER_2};
    for (size_t i = 0; i < COUNT(eager); i++) {
        struct transport *transport = start(eager[i], "");
        const struct letter letter = to(0, "a@example.org");
        struct told told = {0};
        assert_true(send_them(transport, &letter, 1, 10, &told));
        assert_int_equal(told.results[0].state, LETTER_RETRY);
        assert_non_null(strstr(told.results[0].text, "before TLS"));
        assert_null(strstr(server.heard, "STARTTLS"));
        assert_null(strstr(server.heard, "MAIL"));
        stop();
    }
}

static void tls_that_is_offered_and_refused_is_not_done_without(void **state) {
    (void)state;
    struct transport *transport = start(NO_STARTTLS, "");
    const struct letter letters[] = {to(0, "a@example.org"), to(1, "b@example.org")};
    struct told told = {0};
    assert_true(send_them(transport, letters, 2, 20, &told));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(told.results[i].state, LETTER_RETRY);
        assert_string_equal(told.results[i].text, "454 4.7.0 not now");
    }
    assert_null(strstr(server.heard, "MAIL"));
}

/* The recipient is not to blame: without this, a password that has changed would fail mails for good. */
static void a_refused_password_is_tried_again(void **state) {
    (void)state;
    struct transport *transport = start(NO_SIGN_IN, "user:password@");
    const struct letter letter = to(0, "nobody@example.org");
    struct told told = {0};
    assert_true(send_them(transport, &letter, 1, 20, &told));
    assert_int_equal(told.results[0].state, LETTER_RETRY);
    assert_string_equal(told.results[0].text, "535 5.7.8 who are you?");
    assert_null(strstr(server.heard, "MAIL"));
}

static void no_address_can_bring_a_command(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "a@example.org>\r\nRCPT TO:<evil@example.org", "a@example.org\n",
                                        "a b@example.org", "é@example.org"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct transport *transport = start(ANSWERS, "");
        const struct letter letters[] = {to(0, wrong[i]), to(1, "b@example.org")};
        struct told told = {0};
        assert_true(send_them(transport, letters, 2, 20, &told));
        assert_int_equal(told.results[0].state, LETTER_FAILED);
        assert_int_equal(told.results[1].state, LETTER_SENT);
        assert_null(strstr(server.heard, "evil"));
        struct letter from_evil = letters[1];
        from_evil.return_path = "x@example.org>\r\nRCPT TO:<evil@example.org";
        assert_true(send_them(transport, &from_evil, 1, 20, &told));
        assert_int_equal(told.results[1].state, LETTER_RETRY);
        assert_non_null(strstr(told.results[1].text, "mail_from"));
        assert_null(strstr(server.heard, "evil"));
        stop();
    }
}

/* Which refusals mean that there is no such mailbox. */
static void refusals_are_told_apart(void **state) {
    (void)state;
    static const struct {
        int code;
        const char *text;
        bool is_bad_mailbox;
    } refusals[] = {
        {550, "5.1.1 <x@example.org>: Recipient address rejected: User unknown", true},
        {550, "no such user here", true},
        {551, "user not local", true},
        {553, "mailbox name not allowed", true},
        {554, "5.1.10 recipient not found", true},
        {550, "5.7.1 rejected by policy", false},
        {550, "5.2.2 mailbox full", false},
        {552, "too large", false},
        {554, "no service here", false},
        {450, "4.1.1 greylisted", false},
        {250, "2.1.5 ok", false},
        {0, "", false},
        {550, "5.1", true}, /* no enhanced code: the reply's own counts */
        {550, "5.7.12345678901234567890 x", true},
        /* It is we who are not welcome. */
        {550, "relay not permitted", false},
        {553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", false},
        {550, "5.1.8 <pumasi@localhost>: domain not found", false},
        {550, "5.1.7 <x@example.org>: bad address", false},
        {550, "5.1.0 <x@example.org>: Sender address rejected: User unknown", false},
        {554, "delivery error: dd no such user (#5.1.1)", true},
        {554, "5.1.1.1 is on our list, and so is v5.1.1", false},
    };
    for (size_t i = 0; i < COUNT(refusals); i++)
        if (letter_names_bad_mailbox(refusals[i].code, refusals[i].text) != refusals[i].is_bad_mailbox)
            fail_msg("%d %s", refusals[i].code, refusals[i].text);
}

static void a_maildir_takes_all_letters(void **state) {
    (void)state;
    char root[] = "/tmp/pumasi-unit.XXXXXX";
    assert_non_null(mkdtemp(root));
    struct transport *transport = read_good(arena_print(arena, "maildir:%s", root));
    struct letter letters[] = {to(0, "a@example.org"), to(1, "b@example.org")};
    letters[1].message_id = "1.x@example.org";
    struct told told = {0};
    assert_true(send_them(transport, letters, 2, 20, &told));
    assert_int_equal(told.count, 2);
    assert_int_equal(told.results[1].state, LETTER_SENT);
    assert_int_equal(unlink(arena_print(arena, "%s/new/0.x_example.org", root)), 0);
    assert_int_equal(unlink(arena_print(arena, "%s/new/1.x_example.org", root)), 0);
    static const char *const parts[] = {"/new", "/tmp", "/cur", ""};
    for (size_t i = 0; i < COUNT(parts); i++)
        assert_int_equal(rmdir(arena_print(arena, "%s%s", root, parts[i])), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_server_is_read_with_its_password),
        TEST(only_this_machine_is_local),
        TEST(what_is_not_understood_is_said),
        TEST(each_letter_has_its_own_end),
        TEST(the_session_holds_nothing_of_its_parent),
        TEST(one_process_holds_session_after_session),
        TEST(nothing_is_sent_after_a_record_failed),
        TEST(no_letter_waits_for_an_acknowledgement),
        TEST(a_silent_server_is_left_at_the_deadline),
        TEST(a_server_that_takes_no_connection_is_left_at_the_deadline),
        TEST(no_answer_to_the_final_dot_is_not_sent),
        TEST(answers_that_came_before_tls_are_not_believed),
        TEST(tls_that_is_offered_and_refused_is_not_done_without),
        TEST(a_refused_password_is_tried_again),
        TEST(no_address_can_bring_a_command),
        TEST(a_maildir_takes_all_letters),
        cmocka_unit_test(refusals_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
