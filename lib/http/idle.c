/*
 * What stands for a function while nobody asks for it: a program of its own, linked statically, that waits
 * for a request on the listening socket and then becomes the function again. The process stays the same one
 * for who has started it; only its memory goes.
 */
#include "http/idle.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; /* nobody else could be told */
}

/* argv[0] is the function's path. */
int main(int argc, char *argv[]) {
    if (argc != 1) {
        say("idle is started by a function of Pumasi that nobody asks for\n");
        return EXIT_FAILURE;
    }
    sigset_t none;
    (void)sigemptyset(&none);
    (void)signal(SIGHUP, SIG_IGN); /* a new release is what the next request finds in any case */
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setenv(IDLE_BEFORE, "1", 1);
    struct pollfd listener = {.fd = STDIN_FILENO, .events = POLLIN};
    for (;;) {
        if (poll(&listener, 1, -1) < 0)
            continue;
        (void)execv(argv[0], argv);
        say("a function of Pumasi cannot be started, it is tried again: ");
        say(argv[0]);
        say("\n");
        (void)sleep(1);
    }
}
