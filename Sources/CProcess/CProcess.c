#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#ifndef NSIG
#define NSIG 65
#endif

int rif_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

int rif_pipe(int ends[2]) {
#if defined(__linux__)
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
#else
    if (pipe(ends) != 0) return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

void rif_close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0) return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 65536) limit = 65536;
    for (int descriptor = first; descriptor < limit; descriptor++) close(descriptor);
}

int rif_become_subreaper(void) {
#if defined(__linux__)
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
#else
    return ENOSYS;
#endif
}

int rif_pidfd_open(pid_t pid) {
#if defined(__linux__) && defined(SYS_pidfd_open)
    return (int)syscall(SYS_pidfd_open, pid, 0U);
#else
    (void)pid;
    errno = ENOSYS;
    return -1;
#endif
}

int rif_pidfd_signal(int descriptor, int signal_number) {
#if defined(__linux__) && defined(SYS_pidfd_send_signal)
    return syscall(SYS_pidfd_send_signal, descriptor, signal_number, NULL, 0U) == 0 ? 0 : errno;
#else
    (void)descriptor;
    (void)signal_number;
    return ENOSYS;
#endif
}

uint64_t rif_process_start(pid_t pid) {
#if defined(__linux__)
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return 0;
    text[count] = 0;
    // The second field is the program's name in parentheses and may hold anything, so count from the last one.
    char *rest = strrchr(text, ')');
    unsigned long long start = 0;
    if (!rest || sscanf(rest + 1,
                        " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                        &start) != 1)
        return 0;
    return start;
#elif defined(__APPLE__)
    struct kinfo_proc facts;
    size_t size = sizeof facts;
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    if (sysctl(name, 4, &facts, &size, NULL, 0) != 0 || size == 0) return 0;
    struct timeval start = facts.kp_proc.p_starttime;
    return (uint64_t)start.tv_sec * 1000000 + (uint64_t)start.tv_usec;
#else
    (void)pid;
    return 0;
#endif
}

// MARK: - Signals of the shim

static int signal_pipe_write = -1;
static volatile sig_atomic_t stop_requested = 0;

static void note_signal(int number) {
    int saved = errno;
    if (number != SIGCHLD) stop_requested = 1;
    // A full pipe is readable anyway.
    ssize_t ignored = write(signal_pipe_write, "", 1);
    (void)ignored;
    errno = saved;
}

int rif_signals_begin(int *descriptor) {
    int ends[2];
    int code = rif_pipe(ends);
    if (code) return code;
    rif_set_nonblocking(ends[0]);
    rif_set_nonblocking(ends[1]);
    signal_pipe_write = ends[1];
    *descriptor = ends[0];

    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGCHLD, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    // Whoever started us may have done so from a thread that blocks signals, and a mask is inherited.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return 0;
}

int rif_signals_stop_requested(void) { return stop_requested; }

// MARK: - The agent

static void fail(int descriptor, enum rif_child_step step, int code) {
    struct rif_child_failure failure = {step, code};
    ssize_t ignored = write(descriptor, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

static void reset_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_child(
    char *const arguments[], const char *directory, int lock, pid_t parent, int output, int error, int go,
    int go_other_end, int failure
) {
    setpgid(0, 0);
    reset_signals();
    close(go_other_end);
    if (lock >= 0) close(lock);
#if defined(__linux__)
    // An agent whose shim was killed has nobody to note its end: it must not go on.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(127);
#else
    (void)parent;
#endif
    char byte;
    ssize_t count;
    do count = read(go, &byte, 1);
    while (count < 0 && errno == EINTR);
    if (count != 1) _exit(127);
    if (dup2(output, STDOUT_FILENO) < 0 || dup2(error, STDERR_FILENO) < 0) fail(failure, RIF_STEP_SETUP, errno);
    if (chdir(directory) != 0) fail(failure, RIF_STEP_DIRECTORY, errno);
    execvp(arguments[0], arguments);
    fail(failure, RIF_STEP_PROGRAM, errno);
}

static void close_pair(int ends[2]) {
    if (ends[0] >= 0) close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
}

int rif_child_fork(struct rif_child *child, char *const arguments[], const char *directory, int lock) {
    int output[2] = {-1, -1}, error[2] = {-1, -1}, go[2] = {-1, -1}, failure[2] = {-1, -1};
    int code = rif_pipe(output);
    if (!code) code = rif_pipe(error);
    if (!code) code = rif_pipe(go);
    if (!code) code = rif_pipe(failure);
    if (!code) {
        // A signal that comes between fork and the child's own handlers must not write into our pipe.
        sigset_t all, before;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before);
        pid_t parent = getpid();
        child->pid = fork();
        if (child->pid == 0)
            run_child(arguments, directory, lock, parent, output[1], error[1], go[0], go[1], failure[1]);
        code = child->pid < 0 ? errno : 0;
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    if (code) {
        close_pair(output);
        close_pair(error);
        close_pair(go);
        close_pair(failure);
        return code;
    }
    // Both sides do it, so that the group exists whoever comes first.
    setpgid(child->pid, child->pid);
    close(output[1]);
    close(error[1]);
    close(go[0]);
    close(failure[1]);
    rif_set_nonblocking(output[0]);
    rif_set_nonblocking(error[0]);
    rif_set_nonblocking(failure[0]);
#if defined(F_SETPIPE_SZ)
    // Fewer switches between a chatty agent and us; where the system's allowance is used up, the usual size stays.
    fcntl(output[0], F_SETPIPE_SZ, 1 << 18);
#endif
    child->output = output[0];
    child->error = error[0];
    child->release = go[1];
    child->failure = failure[0];
    return 0;
}

void rif_child_release(struct rif_child *child) {
    ssize_t count;
    do count = write(child->release, "", 1);
    while (count < 0 && errno == EINTR);
    close(child->release);
    child->release = -1;
}

// MARK: - The shim

int rif_spawn_detached(pid_t *pid, char *const arguments[], char *const environment[], int ready) {
    // Above every number that is assigned below.
    int source = fcntl(ready, F_DUPFD_CLOEXEC, 10);
    if (source < 0) return errno;

    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if defined(POSIX_SPAWN_SETSID)
    flags |= POSIX_SPAWN_SETSID;
#endif
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int code = posix_spawnattr_setflags(&attributes, flags);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (!code) code = posix_spawn_file_actions_adddup2(&actions, source, 3);
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
    // What others in this process opened without close-on-exec, locks above all, must not live on in the shim.
    if (!code) code = posix_spawn_file_actions_addclosefrom_np(&actions, 4);
#endif
#endif
    if (!code) code = posix_spawn(pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(source);
    return code;
}
