#include "supervisor/emulate/procfs_links.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr ino_t proc_root_inode = 1;  // PROC_ROOT_INO

enum class Depth { process, thread };

// Which of its numbers does the task have in this procfs? It has one in each PID namespace from ours down to its own,
// and NSpid in that procfs shows how many levels are below. Uses only files that every user may read: the target's
// identity is worn.
std::string number_in(const Task& task, const Fd& procfs, Depth depth) {
  for (std::size_t level = 0; level < task.pids.size() && level < task.tgids.size(); ++level) {
    const std::string process = std::to_string(task.tgids[level]);
    const std::string thread = process + "/task/" + std::to_string(task.pids[level]);
    const Fd found(openat(procfs.get(), thread.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!found) continue;
    const auto status = read_status(found);
    const auto stat = read_file_at(found, "stat");
    if (!status || !stat || parse_start_time(*stat) != task.start) continue;
    if (std::equal(status->pids.begin(), status->pids.end(),
                   task.pids.begin() + static_cast<std::ptrdiff_t>(level), task.pids.end()))
      return depth == Depth::process ? process : thread;
  }
  return {};
}

// The directory of the process that contains `directory`, and the procfs. Empty if that can't be determined.
struct ProcessPlace {
  Fd process, procfs;
};

ProcessPlace process_of(const Fd& directory) {
  constexpr int deepest_place = 4;  // PID/task/TID/fd
  struct stat first, up;
  if (fstat(directory.get(), &first) != 0) return {};
  Fd below(openat(directory.get(), ".", O_PATH | O_CLOEXEC));
  for (int level = 0; below && level < deepest_place; ++level) {
    Fd parent(openat(below.get(), "..", O_PATH | O_CLOEXEC));
    if (!parent || fstat(parent.get(), &up) != 0 || up.st_dev != first.st_dev) return {};
    if (up.st_ino == proc_root_inode) return {std::move(below), std::move(parent)};
    below = std::move(parent);
  }
  return {};
}

// Is it in the directory of one of the supervisor's own threads? True also if that can't be determined.
bool may_be_ours(const Fd& directory) {
  const ProcessPlace place = process_of(directory);
  if (!place.procfs) return true;
  const auto own = read_link_at(place.procfs, "self");
  if (!own) return own.error().err != ENOENT;  // ENOENT: a procfs that doesn't show us
  const auto status = read_status(place.process);
  return !status || std::to_string(status->tgid) == *own;
}

}  // namespace

Result<ProcLink> follow_proc_link(const Task& task, const Fd& directory, const std::string& name) {
  ProcLink link;
  struct statfs fs;
  struct stat st;
  if (fstatfs(directory.get(), &fs) != 0 || fstat(directory.get(), &st) != 0) return failed("cannot stat");
  if (static_cast<unsigned long>(fs.f_type) != PROC_SUPER_MAGIC) return link;

  if (st.st_ino == proc_root_inode) {
    if (name != "self" && name != "thread-self")
      return link;  // "mounts", "net": their text leads through "self"
    link.kind = ProcLink::Kind::self;
    link.text = number_in(task, directory, name == "self" ? Depth::process : Depth::thread);
    if (link.text.empty()) return failed(ENOENT, "the target has no number in that procfs");
    return link;
  }
  // The kernel lets every process look at itself, whatever ids it wears. The target would use that right of ours, and
  // reach our root, our working directory and our open files.
  if (may_be_ours(directory)) return failed(EACCES, "cannot follow a link of the supervisor's");
  link.kind = ProcLink::Kind::object;
  link.target.reset(openat(directory.get(), name.c_str(), O_PATH | O_CLOEXEC));
  if (!link.target) return failed("cannot follow");
  return link;
}

bool is_own_place(const Task& task, const Fd& directory, const std::string& name) {
  struct statfs fs;
  struct stat st;
  if (fstatfs(directory.get(), &fs) != 0 || fstat(directory.get(), &st) != 0 ||
      static_cast<unsigned long>(fs.f_type) != PROC_SUPER_MAGIC)
    return false;
  if (st.st_ino == proc_root_inode) return name == number_in(task, directory, Depth::process);
  const ProcessPlace place = process_of(directory);
  if (!place.process) return false;
  const auto status = read_status(place.process);
  // The numbers from that procfs' PID namespace downwards, as in number_in().
  return status && !status->tgids.empty() && status->tgids.size() <= task.tgids.size() &&
         std::equal(status->tgids.rbegin(), status->tgids.rend(), task.tgids.rbegin());
}

}  // namespace scsup
