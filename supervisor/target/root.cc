#include "supervisor/target/root.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

// Identifies a root: a directory of a mount. Neither number is used again while we hold our own root open.
struct Place {
  dev_t major, minor;
  ino_t inode;
  std::uint64_t mount;
  bool operator==(const Place&) const = default;
};

Result<Place> place_of(int directory, const char* name, int flags) {
  struct statx there;
  // Cached attributes are good enough for a number, and don't wait: the target itself may serve the root's file
  // system.
  if (statx(directory, name, flags | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO | STATX_MNT_ID,
            &there) != 0)
    return failed("cannot look at the target's root");
  return Place{there.stx_dev_major, there.stx_dev_minor, there.stx_ino, there.stx_mnt_id};
}

const Fd& our_own() {
  static const Fd root(open("/", O_PATH | O_CLOEXEC));
  return root;
}

}  // namespace

Result<Root> Root::of(const Fd& proc) {
  static const auto ours = place_of(our_own().get(), "", AT_EMPTY_PATH);
  const auto its = place_of(proc.get(), "root", 0);
  if (!its) return failed(its.error());
  if (ours && *its == *ours) return Root();
  Fd opened(openat(proc.get(), "root", O_PATH | O_CLOEXEC));
  if (!opened) return failed("cannot open the target's root");
  auto name = name_of(opened);
  if (!name) return failed(name.error());
  return Root(std::move(opened), std::move(*name));
}

int Root::fd() const { return opened_ ? opened_.get() : our_own().get(); }

std::string Root::in_its_words(const std::string& name) const {
  if (name_ == "/") return name;
  if (name == name_) return "/";
  if (name.starts_with(name_) && name[name_.size()] == '/') return name.substr(name_.size());
  return {};
}

}  // namespace scsup
