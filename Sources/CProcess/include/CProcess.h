#ifndef RIF_CPROCESS_H
#define RIF_CPROCESS_H

#include <stdint.h>
#include <sys/types.h>

// What starting and watching processes needs of C: fork, signal handlers, and calls that take variable arguments.
// Functions return 0 or an errno value unless they say otherwise.

/// A child between fork and exec: it waits until `rif_child_release`, and ends where its parent ends before that.
struct rif_child {
    pid_t pid;
    /// Where its standard output and error arrive; both do not block.
    int output;
    int error;
    /// Write end of the pipe that it waits on.
    int release;
    /// Where a failure to exec arrives as `struct rif_child_failure`; ends without data once exec worked. Does not block.
    int failure;
};

enum rif_child_step {
    RIF_STEP_SETUP = 1,
    RIF_STEP_DIRECTORY = 2,
    RIF_STEP_PROGRAM = 3,
};

struct rif_child_failure {
    int32_t step;
    int32_t code;
};

/// Forks a child that leads its own process group, dies with this process (Linux), and after its release changes to
/// `directory` and executes `arguments[0]`, looked up in PATH, with this process's environment.
///
/// It keeps descriptor 0 and gets pipes as 1 and 2; `lock` is closed in it.
int rif_child_fork(struct rif_child *child, char *const arguments[], const char *directory, int lock);

/// Lets the child execute its program. Closes `release`.
void rif_child_release(struct rif_child *child);

/// Starts `arguments[0]` (a path) in a session of its own, with standard input and output on /dev/null and `ready` as
/// descriptor 3; it inherits nothing else.
int rif_spawn_detached(pid_t *pid, char *const arguments[], char *const environment[], int ready);

/// SIGTERM, SIGINT and SIGCHLD make `*descriptor` readable from here on; SIGPIPE, SIGHUP and SIGXFSZ are ignored.
int rif_signals_begin(int *descriptor);

/// Whether SIGTERM or SIGINT has come since `rif_signals_begin`.
int rif_signals_stop_requested(void);

/// Closes every descriptor from `first` on.
void rif_close_from(int first);

/// Makes orphaned descendants children of this process. ENOSYS where the system has nothing of the kind.
int rif_become_subreaper(void);

/// A descriptor that becomes readable when the process ends, or -1 with errno; ENOSYS where there is none.
int rif_pidfd_open(pid_t pid);

/// Signals the process of a descriptor by `rif_pidfd_open`.
int rif_pidfd_signal(int descriptor, int signal_number);

/// When a process started, in a unit and from an origin of the system's own; 0 where it is not known.
uint64_t rif_process_start(pid_t pid);

/// A pipe whose ends are closed on exec.
int rif_pipe(int ends[2]);

/// Makes reads and writes return instead of waiting.
int rif_set_nonblocking(int descriptor);

#endif
