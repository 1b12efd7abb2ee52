/*
 * Owns: the child process. Invariant: when watch_run returns, the child has ended and been reaped, and the terminal is as it was;
 * when this process ends before that, however it does, the child ends too. The exit status is what the hypervisor wrote to
 * isa-debug-exit, or said by semihosting on Arm (hypervisor/main.c): 2 * code + 1.
 */
#include "cli/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { CODE_WELL = 0x21, CODE_CRASHED = 0x23, CODE_REFUSED = 0x25, CODE_PANIC = 0x27, GRACE_MS = 3000 };

static volatile sig_atomic_t asked_to_stop;
static void on_signal(int signal) { asked_to_stop = signal; }

/* SIGPIPE: whoever read the output has gone. */
enum { SIGNALS = 4 };
static const int stopping[SIGNALS] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

static void catch_signals(struct sigaction *old)
{
    const struct sigaction act = { .sa_handler = on_signal };
    for (unsigned i = 0; i < SIGNALS; i++) {
        (void)sigaction(stopping[i], &act, &old[i]);
        if (stopping[i] == SIGHUP && old[i].sa_handler == SIG_IGN)          /* nohup */
            (void)sigaction(SIGHUP, &old[i], NULL);
    }
}

static void leave_signals(const struct sigaction *old)
{
    for (unsigned i = 0; i < SIGNALS; i++)
        (void)sigaction(stopping[i], &old[i], NULL);
}

static long long now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void keep_tail(struct watch *w, const char *bytes, size_t n)
{
    size_t used = strlen(w->tail), room = sizeof(w->tail) - 1;
    for (size_t i = 0; i < n; i++) {
        if (used == room) {
            memmove(w->tail, w->tail + room / 2, used - room / 2);
            used -= room / 2;
        }
        w->tail[used++] = bytes[i] ? bytes[i] : ' ';
        w->tail[used] = '\0';
    }
}

/* 0, or why not all of it could be written. */
static int write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR && !asked_to_stop)
            continue;
        if (done <= 0)
            return done ? errno : EIO;
        bytes += done;
        n -= (size_t)done;
    }
    return 0;
}

static pid_t start(struct watch *w, int *from)
{
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return -1;
    const pid_t self = getpid();
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != self)                  /* it ended before the line above */
            _exit(127);
        (void)dup2(pipes[1], 1);
        if (w->quiet) {
            int none = open("/dev/null", O_RDWR | O_CLOEXEC);
            (void)dup2(none, 0);
            (void)dup2(none, 2);
        }
        (void)execvp(w->argv[0], w->argv);
        dprintf(1, "%s cannot be started: %s: is QEMU installed?", w->argv[0], strerror(errno));
        _exit(127);
    }
    (void)close(pipes[1]);
    *from = pipes[0];
    return child;
}

/* A line that counts seconds until the machine says its first word; only where a person looks. */
static void progress(const struct watch *w, long long since, bool *shown, bool done)
{
    if (w->quiet || !isatty(STDERR_FILENO))
        return;
    long long waited = (now_ms() - since) / 1000;
    if (done && *shown)
        (void)fputs("\r\033[K", stderr);
    else if (!done && waited >= 2)
        *shown = fprintf(stderr, "\rstarting the machine: %lld s", waited) > 0;
}

/* Waits for output, a second at most and no longer than `left`. False: there is none yet; or nobody reads ours, which stops it. */
static bool output_comes(struct watch *w, int from, long long left)
{
    struct pollfd p[2] = { { .fd = from, .events = POLLIN }, { .fd = w->quiet ? -1 : STDOUT_FILENO } };
    if (poll(p, 2, (int)(left < 1000 ? left : 1000)) <= 0)
        return false;
    w->unread |= p[1].revents != 0;
    return !w->unread && p[0].revents;
}

/* Copies output until it ends, time is up or someone asks to stop. True: it ended by itself. */
static bool follow(struct watch *w, int from)
{
    long long began = now_ms(), until = w->seconds ? began + 1000ll * w->seconds : 0;
    bool spoken = false, shown = false;
    char bytes[4096];
    for (;;) {
        long long left = until ? until - now_ms() : 1000;
        w->unread |= asked_to_stop == SIGPIPE;
        if (asked_to_stop || w->unread || left <= 0) {
            w->status = asked_to_stop || w->unread ? WATCH_STOPPED : WATCH_TIMEOUT;
            progress(w, began, &shown, true);
            return false;
        }
        if (!output_comes(w, from, left)) {
            if (!spoken)
                progress(w, began, &shown, false);
            continue;
        }
        ssize_t n = read(from, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (!spoken)
            progress(w, began, &shown, true);
        spoken = true;
        if (n <= 0)
            return true;
        keep_tail(w, bytes, (size_t)n);
        if (!w->quiet)
            w->unread |= write_all(STDOUT_FILENO, bytes, (size_t)n) == EPIPE;
        if (w->log >= 0 && !w->log_lost)
            w->log_lost = write_all(w->log, bytes, (size_t)n);
    }
}

/* Asks politely first: QEMU then gives the terminal back itself. */
static int reap(pid_t child, bool ended)
{
    int status = 0;
    if (!ended)
        (void)kill(child, SIGTERM);
    for (long long until = now_ms() + GRACE_MS; now_ms() < until; (void)usleep(10000))
        if (waitpid(child, &status, WNOHANG) == child)
            return status;
    (void)kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static enum watch_status meaning(int code)
{
    switch (code) {
    case CODE_WELL:    return WATCH_WELL;
    case CODE_CRASHED: return WATCH_CRASHED;
    case CODE_REFUSED: return WATCH_REFUSED;
    case CODE_PANIC:   return WATCH_PANIC;
    default:           return WATCH_FAILED;
    }
}

void watch_run(struct watch *w)
{
    struct termios before;
    bool terminal = !w->quiet && tcgetattr(STDIN_FILENO, &before) == 0;
    struct sigaction old[SIGNALS];
    int from = -1;
    w->tail[0] = '\0';
    w->code = -1;
    w->status = WATCH_FAILED;
    catch_signals(old);
    pid_t child = start(w, &from);
    if (child > 0) {
        bool ended = follow(w, from);
        int status = reap(child, ended);
        w->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (ended)
            w->status = meaning(w->code);
        (void)close(from);
    }
    leave_signals(old);
    if (terminal)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}
