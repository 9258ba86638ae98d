#include "supervisor/emulate/procfs_links.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr ino_t proc_root_inode = 1;  // PROC_ROOT_INO

}  // namespace

Result<ProcLink> follow_proc_link(const Task& task, const Fd& directory, const std::string& name) {
  ProcLink link;
  struct statfs fs;
  struct stat st;
  if (fstatfs(directory.get(), &fs) != 0 || fstat(directory.get(), &st) != 0) return failed("cannot stat");
  if (static_cast<unsigned long>(fs.f_type) != PROC_SUPER_MAGIC) return link;

  if (st.st_ino == proc_root_inode) {
    if (name != "self" && name != "thread-self") return link;  // "mounts", "net": text that leads through "self"
    link.kind = ProcLink::Kind::task;
    auto opened = open_task_directory(name == "self" ? task.pid : task.tid);
    if (!opened) return failed(opened.error());
    link.target = std::move(*opened);
    return link;
  }
  link.kind = ProcLink::Kind::object;
  link.target.reset(openat(directory.get(), name.c_str(), O_PATH | O_CLOEXEC));
  if (!link.target) return failed("cannot follow");
  return link;
}

}  // namespace scsup
