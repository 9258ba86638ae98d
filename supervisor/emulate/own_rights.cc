#include "supervisor/emulate/own_rights.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "supervisor/emulate/identity.h"
#include "supervisor/emulate/procfs_links.h"

namespace scsup {

Result<Fd> OwnRightsHere::open(const Fd& directory, const std::string& name, std::uint64_t flags) {
  const TakenOff taken_off;
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC | flags;
  how.resolve = RESOLVE_NO_XDEV;
  Fd entry(static_cast<int>(syscall(SYS_openat2, directory.get(), name.c_str(), &how, sizeof how)));
  if (!entry) return failed("cannot open an entry of the task's own");
  return entry;
}

Result<Fd> OwnRightsHere::follow(const Fd& directory, const std::string& name) {
  const TakenOff taken_off;
  auto link = follow_proc_link(task_, directory, name);
  if (!link) return failed(link.error());
  if (link->kind != ProcLink::Kind::object) return failed(EACCES, "not a link of the task's own");
  return std::move(link->target);
}

bool OwnRightsHere::is_owners(const Fd& directory, const Fd& link) {
  struct stat dir, at;
  if (fstat(directory.get(), &dir) != 0 || fstat(link.get(), &at) != 0) return false;
  return at.st_uid == task_.identity.fsuid || at.st_uid == dir.st_uid;
}

}  // namespace scsup
