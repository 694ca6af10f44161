/*
 * A list of what a worker does need; all else is refused, what a later kernel brings included. Files are
 * opened before: neither open nor openat is here, nor anything that makes a process, a thread or a socket.
 * Memory can be had but not made executable.
 */
#include "http/wall.h"

#include "base/log.h"
#include "http/pool.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 64 };

static const int calls[] = {
    /* the gateway's connection */
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(getpeername),
    SCMP_SYS(poll),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(shutdown),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    /* what is open: reading, writing, making durable, locking */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(flock),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    /* what files are there: SQLite looks whether its own were moved */
    SCMP_SYS(stat),
    SCMP_SYS(fstat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    /* memory; with a condition: mmap and mprotect, and ioctl for stdio, which asks for a terminal */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(sysinfo),
    /* time, chance, and who this is */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(timer_settime),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getuid),
    SCMP_SYS(sched_yield),
    /* signals, and the end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(futex),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(tgkill),
    SCMP_SYS(timer_delete),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static volatile sig_atomic_t *the_denied_call;

static void on_denied(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    (void)context;
    if (the_denied_call)
        *the_denied_call = info->si_syscall;
    _exit(POOL_END_DENIED);
}

/* ---- at the start ---- */

static void take_activated_socket(void) {
    enum { FIRST_PASSED = 3 }; /* sd_listen_fds(3) */
    const char *process = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    if (process && count && strcmp(count, "1") == 0 && strtol(process, NULL, 10) == getpid())
        (void)dup2(FIRST_PASSED, POOL_LISTENER);
}

void wall_begin(void) {
    take_activated_socket();
    (void)close_range(STDERR_FILENO + 1, ~0U, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* ---- once all is open ---- */

static bool limit(int what, rlim_t most) {
    const struct rlimit both = {most, most};
    return setrlimit(what, &both) == 0;
}

static bool set_limits(const struct limits *limits) {
    rlim_t mib = limits->memory_mib ? limits->memory_mib : FUNCTION_USUAL_MEMORY_MIB;
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, MOST_DESCRIPTORS) &&
           limit(RLIMIT_DATA, mib * 1024 * 1024);
}

static bool allow(scmp_filter_ctx filter, const int *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, list[i], 0) != 0)
            return false;
    return true;
}

static bool fill(scmp_filter_ctx filter) {
    const struct scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp is_terminal = SCMP_A1(SCMP_CMP_EQ, TCGETS);
    return allow(filter, calls, COUNT(calls)) &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, is_terminal) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_executable) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable) == 0;
}

bool wall_up(const struct limits *limits, volatile sig_atomic_t *denied_call) {
    /* The sanitizers take memory by the terabyte and trace the process for leaks at its end; valgrind asks
     * for what it needs in the process's own name. tests/fault/test_walls.py runs without. */
    if (IS_CHECKED)
        return true;
    the_denied_call = denied_call;
    struct sigaction action = {.sa_sigaction = on_denied, .sa_flags = SA_SIGINFO};
    (void)sigemptyset(&action.sa_mask);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    bool good = filter && sigaction(SIGSYS, &action, NULL) == 0 && set_limits(limits) && fill(filter) &&
                seccomp_load(filter) == 0;
    if (!good)
        log_error("the wall of system calls cannot be put up: %s", strerror(errno));
    seccomp_release(filter);
    return good;
}
