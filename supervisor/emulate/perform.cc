#include "supervisor/emulate/perform.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "supervisor/emulate/operations/acts.h"

namespace scsup {

namespace {

// Most kernels are built without x32 and answer its numbers with ENOSYS, but only after seccomp has seen them. Tried
// in a child: a filter around scsup may kill for it.
bool have_x32() {
  static const bool have = [] {
    constexpr long x32_bit = 0x40000000;
    const pid_t child =
        static_cast<pid_t>(syscall(SYS_clone, 0, 0, 0, 0, 0));  // no SIGCHLD: nothing else reaps it
    if (child == 0) _exit(syscall(x32_bit | SYS_getpid) > 0 ? 0 : 1);
    int status = 0;
    return child > 0 && waitpid(child, &status, __WCLONE) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
  }();
  return have;
}

struct Row {
  Family family = Family::none;
  Performance act = nullptr;
  Precheck precheck = nullptr;
};
constexpr std::array rows{
    Row{},
    Row{Family::mkdir, make_directory, nullptr},
    Row{Family::chmod, change_mode, precheck_chmod},
    Row{Family::rmdir, remove_directory, nullptr},
    Row{Family::unlink, remove_file, nullptr},
};
static_assert(
    [] {
      if (rows.size() != operations.size()) return false;
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].family != operations[i].family) return false;
      return true;
    }(),
    "one row for each of operation.h");
const Row& row_of(Family family) { return rows[static_cast<std::size_t>(family)]; }

}  // namespace

int precheck(const Call& call, const Task& task) {
  if (call.abi == Abi::x32 && !have_x32()) return ENOSYS;
  const Row& row = row_of(call.family);
  if (const int err = row.precheck ? row.precheck(call, task) : 0; err != 0) return err;
  const bool takes_flags = call.syscall->position(Role::flags) >= 0;
  return takes_flags && (call.flags & ~call.operation().flags) != 0 ? EINVAL : 0;
}

Outcome perform(const Call& call, const Object& object, std::optional<std::uint32_t> mode_mask) {
  const mode_t mode = call.mode & mode_mask.value_or(07777);
  const Performance act = row_of(call.family).act;
  return act ? act(object, mode) : Outcome{ENOSYS, 0};  // build() refuses rules that we cannot perform
}

bool exists_already(const Call& call, const Object& object) {
  if (!call.operation().creates()) return false;
  if (object.state == Object::State::failed) return object.err == EEXIST;
  struct stat st;
  const std::string name = object.name.substr(0, object.name.find('/'));  // the slash would follow a link
  return fstatat(object.fd.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace scsup
