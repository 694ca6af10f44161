/*
 * Gives each function of a folder its socket and starts again what ends, for machines and containers without
 * systemd: pumasi-serve FUNCTIONS RUN The sockets, RUN/NAME.sock (mode 0660), stay its own: what waits in one
 * whose function was killed, waits on. FUNCTIONS may lead through a link (`current`). SIGHUP hands the
 * sockets to the release that lies there now, starts what is new in it and ends what is not there any more;
 * SIGTERM and SIGINT let the running requests finish.
 */
#include "base/base.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MOST_FUNCTIONS = 256,
    QUEUE = 1024,         /* requests that may wait for one function */
    PAUSE_NS = 200000000, /* one that cannot live is not started as fast as it dies */
    EXIT_USAGE = 2,
};

struct served {
    char program[PATH_MAX];
    char socket_path[sizeof((struct sockaddr_un){0}.sun_path)];
    int listener;
    pid_t process;    /* 0: none runs */
    int64_t start_ns; /* when it is to be started, where none runs and it is there */
};

struct supervisor {
    const char *folder;
    const char *run;
    struct served served[MOST_FUNCTIONS];
    size_t count;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    (void)fprintf(stderr, "pumasi-serve: ");
    (void)vfprintf(stderr, format, values);
    (void)fputc('\n', stderr);
    va_end(values);
}

static bool is_there(const struct served *served) {
    struct stat status;
    return stat(served->program, &status) == 0 && S_ISREG(status.st_mode) &&
           access(served->program, X_OK) == 0;
}

/* A socket that others find only when it listens and may be opened by its group alone. */
static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(path);
    mode_t mask = umask(0117);
    bool good = listener >= 0 && bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                listen(listener, QUEUE) == 0;
    (void)umask(mask);
    if (good)
        return listener;
    say("%s: %s", path, strerror(errno));
    if (listener >= 0)
        (void)close(listener);
    return -1;
}

static void start(struct served *served) {
    pid_t child = fork();
    if (child < 0) {
        say("%s: %s", served->program, strerror(errno));
        served->start_ns = clock_monotonic_ns() + PAUSE_NS;
        return;
    }
    served->process = child;
    if (child)
        return;
    sigset_t none;
    (void)sigemptyset(&none);
    if (dup2(served->listener, STDIN_FILENO) == STDIN_FILENO && sigprocmask(SIG_SETMASK, &none, NULL) == 0)
        (void)execl(served->program, served->program, (char *)NULL);
    say("%s: %s", served->program, strerror(errno));
    _exit(EXIT_FAILURE);
}

static struct served *find(struct supervisor *all, const char *program) {
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->served[i].program, program) == 0)
            return &all->served[i];
    return NULL;
}

/* Serves what is in the folder and not served yet. False: not everything could be. */
static bool add_new(struct supervisor *all) {
    DIR *folder = opendir(all->folder);
    bool good = folder;
    if (!folder)
        say("%s: %s", all->folder, strerror(errno));
    /* cppcheck-suppress readdirCalled ; there is one thread */
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        struct served one = {.listener = -1};
        int program = snprintf(one.program, sizeof(one.program), "%s/%s", all->folder, entry->d_name);
        int path = snprintf(one.socket_path, sizeof(one.socket_path), "%s/%s.sock", all->run, entry->d_name);
        if (entry->d_name[0] == '.' || program >= (int)sizeof(one.program) || !is_there(&one) ||
            find(all, one.program))
            continue;
        if (path >= (int)sizeof(one.socket_path) || all->count == MOST_FUNCTIONS) {
            say("%s: its socket's path is too long, or there are more than %d functions", one.program,
                MOST_FUNCTIONS);
            good = false;
            continue;
        }
        one.listener = listen_at(one.socket_path);
        good = good && one.listener >= 0;
        if (one.listener >= 0)
            all->served[all->count++] = one;
    }
    if (folder)
        (void)closedir(folder);
    return good;
}

static void bury(struct supervisor *all) {
    int status = 0;
    for (pid_t dead = 0; (dead = waitpid(-1, &status, WNOHANG)) > 0;) {
        for (size_t i = 0; i < all->count; i++) {
            struct served *served = &all->served[i];
            if (served->process != dead)
                continue;
            served->process = 0;
            served->start_ns = clock_monotonic_ns() + PAUSE_NS;
            if (WIFSIGNALED(status))
                say("%s was ended by signal %d", served->program, WTERMSIG(status));
            else if (WEXITSTATUS(status))
                say("%s ended with status %d", served->program, WEXITSTATUS(status));
        }
    }
}

/* Starts what is due; milliseconds until the next is, or -1. */
static int start_due(struct supervisor *all) {
    int64_t now = clock_monotonic_ns();
    int64_t next = -1;
    for (size_t i = 0; i < all->count; i++) {
        struct served *served = &all->served[i];
        if (served->process || !is_there(served))
            continue;
        if (served->start_ns <= now)
            start(served);
        else if (next < 0 || served->start_ns < next)
            next = served->start_ns;
    }
    return next < 0 ? -1 : (int)((next - now) / 1000000) + 1;
}

static void signal_all(const struct supervisor *all, int signal_number) {
    for (size_t i = 0; i < all->count; i++)
        if (all->served[i].process)
            (void)kill(all->served[i].process, signal_number);
}

static void renew(struct supervisor *all) {
    for (size_t i = 0; i < all->count; i++)
        if (all->served[i].process)
            (void)kill(all->served[i].process, is_there(&all->served[i]) ? SIGHUP : SIGTERM);
    (void)add_new(all);
}

/* Lets everything finish, and leaves no socket behind. */
static void end(struct supervisor *all) {
    signal_all(all, SIGTERM);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    for (size_t i = 0; i < all->count; i++) {
        (void)close(all->served[i].listener);
        (void)unlink(all->served[i].socket_path);
    }
}

static bool run(struct supervisor *all) {
    sigset_t taken;
    (void)sigemptyset(&taken);
    static const int signals[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT};
    for (size_t i = 0; i < COUNT(signals); i++)
        (void)sigaddset(&taken, signals[i]);
    struct pollfd source = {.events = POLLIN};
    source.fd =
        sigprocmask(SIG_BLOCK, &taken, NULL) == 0 ? signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
    bool good = source.fd >= 0 && add_new(all) && all->count > 0;
    for (bool is_over = !good; !is_over;) {
        (void)poll(&source, 1, start_due(all));
        struct signalfd_siginfo info;
        while (!is_over && read(source.fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
            is_over = info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
            if (info.ssi_signo == SIGHUP)
                renew(all);
        }
        bury(all);
    }
    end(all);
    if (source.fd >= 0)
        (void)close(source.fd);
    return good;
}

int main(int argc, char *argv[]) {
    if (argc != 3) {
        (void)fprintf(
            stderr,
            "Usage: pumasi-serve FUNCTIONS RUN\n"
            "Gives each function of the folder FUNCTIONS its socket in the folder RUN, and starts again what ends.\n"
            "SIGHUP: what lies there now, without a refused request. SIGTERM: the end.\n");
        return EXIT_USAGE;
    }
    struct supervisor *all = calloc(1, sizeof(*all));
    if (!all)
        return EXIT_FAILURE;
    all->folder = argv[1];
    all->run = argv[2];
    bool good = run(all);
    if (!good)
        say("there is nothing in %s to serve in %s", all->folder, all->run);
    free(all);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
