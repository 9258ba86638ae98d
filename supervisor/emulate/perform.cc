#include "supervisor/emulate/perform.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "supervisor/emulate/chmod.h"
#include "supervisor/emulate/mkdir.h"

namespace scsup {

namespace {

// Most kernels are built without x32 and answer its numbers with ENOSYS, but only after seccomp has seen
// them. Asked in a child: a filter that we ourselves run under may kill for it.
bool have_x32() {
  static const bool have = [] {
    constexpr long x32_bit = 0x40000000;
    const pid_t child =
        static_cast<pid_t>(syscall(SYS_clone, 0, 0, 0, 0, 0));  // no SIGCHLD: nobody else reaps it
    if (child == 0) _exit(syscall(x32_bit | SYS_getpid) > 0 ? 0 : 1);
    int status = 0;
    return child > 0 && waitpid(child, &status, __WCLONE) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
  }();
  return have;
}

}  // namespace

int precheck(const Call& call, const Task& task) {
  if (call.abi == Abi::x32 && !have_x32()) return ENOSYS;
  return call.syscall->family == Family::chmod ? precheck_chmod(call, task) : 0;
}

bool creates(const Call& call) { return call.syscall->family == Family::mkdir; }

Outcome perform(const Call& call, const Object& object, std::optional<std::uint32_t> mode_mask) {
  const mode_t mode = call.mode & mode_mask.value_or(07777);
  switch (call.syscall->family) {
    case Family::mkdir:
      return make_directory(object, mode);
    case Family::chmod:
      return change_mode(object, mode);
    case Family::none:
      break;
  }
  return {ENOSYS, 0};  // build() lets no rule ask for it
}

bool exists_already(const Call& call, const Object& object) {
  if (call.syscall->family != Family::mkdir) return false;
  if (object.state == Object::State::failed) return object.err == EEXIST;
  struct stat st;
  return fstatat(object.fd.get(), object.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace scsup
