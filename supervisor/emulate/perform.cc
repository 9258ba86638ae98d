#include "supervisor/emulate/perform.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "supervisor/emulate/chmod.h"
#include "supervisor/emulate/mkdir.h"

namespace scsup {

int precheck(const Call& call, const Task& task) {
  return call.syscall->family == Family::chmod ? precheck_chmod(call, task) : 0;
}

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
