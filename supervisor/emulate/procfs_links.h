// Links in a procfs that lead each task that follows them somewhere else.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/target/task.h"

namespace scsup {

struct ProcLink {
  enum class Kind {
    plain,   // an ordinary symlink: read its text
    self,    // self or thread-self: `text` is the target's own text for it, to be walked from `directory`
    object,  // fd/N, cwd, root, exe, ...: the kernel jumps to an object, `target`
  };
  Kind kind = Kind::plain;
  std::string text;
  Fd target;
};

// What following the link `name` in `directory` means for `task`. Error::err is the target's errno.
//
// A procfs belongs to one PID namespace, and its numbers are that namespace's. The walk never leaves it for our own
// procfs: ".." would then lead to our root, out of a target's chroot.
Result<ProcLink> follow_proc_link(const Task& task, const Fd& directory, const std::string& name);

// Does `name` in `directory` belong to `task`'s process in a procfs: is it the process's directory, or below it?
bool is_own_place(const Task& task, const Fd& directory, const std::string& name);

}  // namespace scsup
