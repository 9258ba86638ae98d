#include "supervisor/target/mount_namespace.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace scsup {

namespace {

struct Namespace {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const Namespace&) const = default;
};

// Nothing where our /proc doesn't tell: then every task's is taken to be foreign.
Namespace own() {
  static const Namespace here = [] {
    struct stat st;
    return stat("/proc/self/ns/mnt", &st) == 0 ? Namespace{st.st_dev, st.st_ino} : Namespace{};
  }();
  return here;
}

}  // namespace

Result<Fd> foreign_mount_namespace(const Task& task) {
  Fd its(openat(task.handles->proc.get(), "ns/mnt", O_RDONLY | O_CLOEXEC));
  struct stat st;
  if (!its || fstat(its.get(), &st) != 0) return failed("cannot open the target's mount namespace");
  return Namespace{st.st_dev, st.st_ino} == own() ? Fd() : std::move(its);
}

}  // namespace scsup
