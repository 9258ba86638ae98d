#include "supervisor/seccomp/runtime_calls.h"

#include <algorithm>
#include <span>

namespace scsup {
namespace {

// Without fsopen and its kind, though runc tries them: engines deny them, and runc then takes another way.

// What runc 1.1.5 and crun 1.8.1 call in run, create and exec, up to the first execve, for root and others, with
// no_new_privs and without, when all calls but `write` are notified.
constexpr std::string_view seen[] = {
    "capget",    "capset",    "chdir",        "close",          "epoll_ctl",    "execve",     "faccessat2",
    "fchown",    "fcntl",     "fstat",        "fstatfs",        "futex",        "getcwd",     "getdents64",
    "getpid",    "getppid",   "ioctl",        "kill",           "munmap",       "newfstatat", "openat",
    "prctl",     "read",      "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "setgid",     "setgroups",
    "setresgid", "setresuid", "setuid",       "statx",          "umask",        "wait4"};

// runc writes the listener's number to its parent, and both write to their sockets and fifos. write can't be
// notified: the listener would never be handed over.
constexpr std::string_view handover[] = {"write"};

// crun waits for `start` (glibc's select is pselect6), looks for the program and closes descriptors
// (crun:src/libcrun/container.c, container_init).
constexpr std::string_view crun[] = {"access", "close_range", "pselect6", "select"};

// Since 1.2 runc resolves paths step by step (runc:internal/pathrs); since 1.21 Go restores the limit of open files.
constexpr std::string_view later[] = {"fchdir", "openat2", "prlimit64", "readlinkat"};

// What Go's runtime may call at any time: memory, threads (made by pthread_create, as runc uses cgo), waiting,
// exiting.
constexpr std::string_view go[] = {
    "brk",         "clock_gettime",   "clone", "clone3",      "epoll_create1",
    "epoll_pwait", "eventfd2",        "exit",  "exit_group",  "getrandom",
    "gettid",      "madvise",         "mmap",  "mprotect",    "nanosleep",
    "pipe2",       "restart_syscall", "rseq",  "sched_yield", "set_robust_list",
    "sigaltstack", "tgkill"};

bool is_among(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_runtime_call(const Syscall& syscall) {
  const auto has = [&](std::span<const std::string_view> names) { return is_among(names, syscall.name); };
  return has(seen) || has(handover) || has(crun) || has(later) || has(go);
}

}  // namespace scsup
