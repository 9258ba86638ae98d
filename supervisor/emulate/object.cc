#include "supervisor/emulate/object.h"

#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <string_view>

namespace scsup {

bool may_wait(const Fd& fd) {
  struct statfs fs;
  if (fstatfs(fd.get(), &fs) != 0) return true;
  switch (static_cast<unsigned long>(fs.f_type)) {
    case EXT4_SUPER_MAGIC:  // also ext2, ext3
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
      return false;
    default:
      return true;
  }
}

bool is_nosymfollow(const Fd& fd) {
  constexpr unsigned long st_nosymfollow = 0x2000;  // ST_NOSYMFOLLOW
  struct statvfs fs;
  return fstatvfs(fd.get(), &fs) == 0 && (fs.f_flag & st_nosymfollow) != 0;
}

std::string without_empty_components(const std::string& path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t at = 0; at < path.size();) {
    std::size_t end = path.find('/', at);
    if (end == std::string::npos) end = path.size();
    const std::string_view component(path.data() + at, end - at);
    if (!component.empty() && component != ".") {
      out += '/';
      out += component;
    }
    at = end + 1;
  }
  return out.empty() ? "/" : out;
}

}  // namespace scsup
