#include "supervisor/emulate/own_descriptor.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "supervisor/emulate/object.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

struct Named {
  std::string directory;  // below /proc
  std::string number;
  bool by_dev = false;
};

// The most common spelling of the path; any other is walked.
std::optional<Named> read(std::string_view path, const Task& task) {
  if (!path.starts_with("/proc/") && !path.starts_with("/dev/fd/")) return std::nullopt;
  const std::string process = std::to_string(task.pid);
  Named named;
  if (take(path, "/dev/fd/")) {
    named.by_dev = true;
    named.directory = process + "/fd";
  } else if (take(path, "/proc/self/fd/") || take(path, "/proc/" + process + "/fd/")) {
    named.directory = process + "/fd";
  } else if (take(path, "/proc/thread-self/fd/")) {
    named.directory = process + "/task/" + std::to_string(task.tid) + "/fd";
  }
  if (named.directory.empty() || !is_number(path)) return std::nullopt;
  named.number = path;
  return named;
}

Fd open_below(int directory, const char* path, std::uint64_t flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC | flags;
  how.resolve = RESOLVE_NO_SYMLINKS | resolve;
  return Fd(static_cast<int>(syscall(SYS_openat2, directory, path, &how, sizeof how)));
}

// The root of our own procfs: its numbers are ours, and its device number isn't used again.
bool is_our_procfs(const Fd& directory) {
  const auto look = [](const Fd& fd, struct statx& at) {  // DONT_SYNC: a file system may be mounted there
    return statx(fd.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &at) == 0;
  };
  static const Fd held(open("/proc", O_PATH | O_CLOEXEC));
  struct statx there, ours;
  return look(directory, there) && look(held, ours) && there.stx_dev_major == ours.stx_dev_major &&
         there.stx_dev_minor == ours.stx_dev_minor && there.stx_ino == ours.stx_ino;
}

bool is_the_usual_link(const Root& root) {
  const Fd link = open_below(root.fd(), "dev/fd", O_NOFOLLOW, RESOLVE_CACHED);
  return link && !may_wait(link) && read_link_at(link, "").value_or(std::string()) == "/proc/self/fd";
}

}  // namespace

std::optional<OwnDescriptor> own_descriptor(const std::string& path, const Task& task, const Root& root) {
  const auto named = read(path, task);
  if (!named || (named->by_dev && !is_the_usual_link(root))) return std::nullopt;
  const Fd procfs = open_below(root.fd(), "proc", O_DIRECTORY, RESOLVE_CACHED);
  if (!procfs || !is_our_procfs(procfs) || is_nosymfollow(procfs)) return std::nullopt;
  // RESOLVE_NO_XDEV: nothing is mounted over the way, so its entries are the kernel's links.
  const Fd descriptors = open_below(procfs.get(), named->directory.c_str(), O_DIRECTORY, RESOLVE_NO_XDEV);
  if (!descriptors) return std::nullopt;
  OwnDescriptor found;
  found.object.reset(openat(descriptors.get(), named->number.c_str(), O_PATH | O_CLOEXEC));
  if (!found.object) found.err = errno;
  return found;
}

}  // namespace scsup
