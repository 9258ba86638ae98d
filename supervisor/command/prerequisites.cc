#include "supervisor/command/prerequisites.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "base/fd.h"
#include "base/sealed.h"
#include "supervisor/policy/text/errno_names.h"
#include "supervisor/target/memory.h"

namespace scsup {

namespace {

// 0, or why the call can't be used. A filter may refuse it with any errno.
int try_openat2() {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_CACHED;
  const Fd root(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how)));
  return root || errno == EAGAIN ? 0 : errno;
}

int try_statx() {
  struct statx root;
  if (statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &root) != 0) return errno;
  return (root.stx_mask & STATX_MNT_ID) != 0 ? 0 : ENOSYS;  // glibc emulates a missing call
}

int try_memfd() { return new_memfd("scsup") ? 0 : errno; }

// glibc falls back to clone(2) only if this call fails with ENOSYS.
int try_clone3() {
  syscall(SYS_clone3, nullptr, 0);
  return errno == EINVAL || errno == ENOSYS ? 0 : errno;
}

int try_pidfd() {
  const Fd self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  return self && syscall(SYS_pidfd_send_signal, self.get(), 0, nullptr, 0) == 0 ? 0 : errno;
}

constexpr const char* pidfds = "pidfd_open(2) or pidfd_send_signal(2)";

// In a process with one thread it changes nothing.
int try_unshare() { return unshare(CLONE_FS) == 0 ? 0 : errno; }

std::string refused(const std::string& call, int err, const std::string& what_for, const std::string& since) {
  return call + " fails here (" + std::string(errno_name(err)) + "), by which scsup " + what_for +
         ": let the seccomp profile of this container allow it" +
         (since.empty() ? "" : ", or use Linux " + since + " or newer");
}

std::string without_paths() {
  if (const int err = try_openat2()) return refused("openat2(2)", err, "follows paths", "5.12");
  if (const int err = try_statx()) return refused("statx(2)", err, "tells directories apart", "5.8");
  const int own_umask = try_unshare(), own_process = try_pidfd();
  if (own_umask && own_process)
    return refused(pidfds, own_process, "holds the process that makes directories with a umask of its own",
                   "5.3") +
           "; or allow unshare(2)";
  return {};
}

std::string without_memory(Readable readable) {
  if (readable == Readable::all_of_the_user) return {};
  std::string scope;
  std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope;
  const std::string by =
      scope.empty() || scope == "0" ? "a security module" : "kernel.yama.ptrace_scope=" + scope;
  if (scope ==
      "3")  // not even to CAP_SYS_PTRACE, and it can't be lowered (Documentation/admin-guide/LSM/Yama.rst)
    return by +
           " lets nobody read another process's memory, where the paths of calls are: boot with a lower one";
  return readable == Readable::nobody
             ? by + " lets scsup read no other process's memory, where the paths of calls are: " +
                   "run scsup with CAP_SYS_PTRACE, or set kernel.yama.ptrace_scope to 1 or 0"
             : by + " lets scsup read only its descendants' memory, but its targets are other processes: " +
                   "run it with CAP_SYS_PTRACE, set kernel.yama.ptrace_scope to 0, or use scsup run";
}

// What a supervisor has open before the first target comes, and what one call needs.
constexpr rlim_t fewest_descriptors = 32;

std::string without_descriptors() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_max >= fewest_descriptors) return {};
  return "only " + std::to_string(descriptors.rlim_max) +
         " descriptors may be open here: raise RLIMIT_NOFILE " +
         "(ulimit -Hn, docker run --ulimit nofile) to " + std::to_string(fewest_descriptors) + " or more";
}

bool is_readable(const char* file) { return access(file, R_OK) == 0; }

// Does a number mean the same to us and to this /proc?
bool have_own_proc() {
  char number[16] = {};
  return is_readable("/proc/self/status") && readlink("/proc/self", number, sizeof number - 1) > 0 &&
         std::to_string(getpid()) == number;
}

}  // namespace

Readable whose_memory_is_readable() {
  int told[2], hold[2];
  // A process that isn't dumpable (its program file can't be read) proves nothing.
  if (prctl(PR_GET_DUMPABLE) != 1 || pipe2(told, O_CLOEXEC) != 0) return Readable::all_of_the_user;
  Fd heard(told[0]), says(told[1]);
  if (pipe2(hold, O_CLOEXEC) != 0) return Readable::all_of_the_user;
  Fd held(hold[0]), holds(hold[1]);
  const pid_t parent = getpid(), child = fork();
  char parent_too = 1;
  if (child == 0) {
    holds.reset();
    parent_too = can_read_memory_of(parent);
    (void)!write(says.get(), &parent_too, 1);
    (void)!read(held.get(), &parent_too, 1);  // until the parent has read from us
    _exit(0);
  }
  if (child < 0) return Readable::all_of_the_user;
  says.reset();
  (void)!read(heard.get(), &parent_too, 1);
  const bool descendants = can_read_memory_of(child);
  holds.reset();
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return !descendants ? Readable::nobody : parent_too ? Readable::all_of_the_user : Readable::descendants;
}

std::string what_is_missing_to_kill(const std::string& by) {
  const int err = try_pidfd();
  return err == 0 ? "" : refused(pidfds, err, "ends processes (" + by + ")", "5.3");
}

std::string what_is_missing(const KernelFeatures& kernel, Readable readable, const Undertaking& what) {
  if (!kernel.user_notification) return kernel.fallbacks.front();
  if (!have_own_proc())
    return "there is no /proc of this PID namespace here, where scsup looks at its targets: "
           "mount -t proc proc /proc";
  if (const int err = try_clone3())
    return "clone3(2) fails with " + std::string(errno_name(err)) +
           " here, and no thread can be started: let the seccomp profile of this container allow it, or "
           "refuse it "
           "with ENOSYS";
  if (auto missing = without_descriptors(); !missing.empty()) return missing;
  if (const int err = try_memfd()) return refused("memfd_create(2)", err, "hands filters over", "");
  if (what.must_kill_others)
    if (auto missing = what_is_missing_to_kill("--die-with-parent"); !missing.empty()) return missing;
  if (!what.looks_at_paths) return {};
  if (auto missing = without_paths(); !missing.empty()) return missing;
  return readable == Readable::nobody || what.serves_strangers ? without_memory(readable) : "";
}

}  // namespace scsup
