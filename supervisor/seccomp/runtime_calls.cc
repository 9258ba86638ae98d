#include "supervisor/seccomp/runtime_calls.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace scsup {

namespace {

constexpr std::array<std::string_view, 52> calls = {
    "arch_prctl",    "brk",          "capget",         "capset",       "chdir",
    "clock_gettime", "close",        "close_range",    "epoll_ctl",    "epoll_pwait",
    "epoll_wait",    "execve",       "execveat",       "exit_group",   "faccessat2",
    "fchdir",        "fcntl",        "fstat",          "fstatfs",      "futex",
    "getcwd",        "getdents64",   "getpid",         "getppid",      "gettid",
    "kill",          "madvise",      "mmap",           "mprotect",     "munmap",
    "nanosleep",     "newfstatat",   "openat",         "prctl",        "read",
    "readlinkat",    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_yield",
    "setgid",        "setgroups",    "setresgid",      "setresuid",    "setsid",
    "setuid",        "sigaltstack",  "statx",          "tgkill",       "umask",
    "wait4",         "write"};
static_assert(std::ranges::is_sorted(calls));

}  // namespace

bool is_runtime_call(const Syscall& syscall) { return std::ranges::binary_search(calls, syscall.name); }

}  // namespace scsup
