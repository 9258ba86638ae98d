#include "supervisor/target/mount_namespace.h"

#include <fcntl.h>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

// "mnt:[4026531840]". Nothing if our /proc doesn't tell: then every task's namespace is taken to be foreign.
const std::string& own() {
  static const std::string here = [] {
    const Fd self(open("/proc/self", O_PATH | O_CLOEXEC));
    return read_link_at(self, "ns/mnt").value_or(std::string());
  }();
  return here;
}

}  // namespace

Result<Fd> foreign_mount_namespace(const Task& task) {
  const Fd& proc = task.handles->proc;
  if (!own().empty() && is_link_to(proc, "ns/mnt", own())) return Fd();
  Fd its(openat(proc.get(), "ns/mnt", O_RDONLY | O_CLOEXEC));
  if (!its) return failed("cannot open the target's mount namespace");
  return its;
}

}  // namespace scsup
