#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "supervisor/emulate/operations/acts.h"
#include "supervisor/seccomp/compat.h"

namespace scsup {

namespace {

// fchmodat2(2) is new in 6.6, and filters that don't know it refuse it: then /proc/self/fd is used.
bool have_fchmodat2() {
  static const bool have = syscall(SYS_fchmodat2, -1, "", 0, AT_EMPTY_PATH) != 0 && errno == EBADF;
  return have;
}

}  // namespace

int precheck_chmod(const Call& call, const Task& task) {
  const bool takes_flags = call.syscall->position(Role::flags) >= 0;
  if (takes_flags && !have_fchmodat2()) return ENOSYS;
  if (call.syscall->position(Role::fd) < 0) return 0;
  const auto path_only = task.is_path_only(call.operand.dirfd);
  if (!path_only) return path_only.error().err == ENOENT ? EBADF : path_only.error().err;
  return *path_only ? EBADF : 0;
}

Outcome change_mode(const Object& object, mode_t mode) {
  long result;
  if (have_fchmodat2()) {
    result = syscall(SYS_fchmodat2, object.fd.get(), "", mode, AT_EMPTY_PATH);
  } else {
    char link[32];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", object.fd.get());
    result = ::chmod(link, mode);
  }
  if (result != 0) return {errno, 0};
  return {};
}

}  // namespace scsup
