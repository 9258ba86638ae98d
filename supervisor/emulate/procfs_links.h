// Links in a procfs that mean something else to every task that follows them.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/target/task.h"

namespace scsup {

struct ProcLink {
  enum class Kind {
    plain,  // an ordinary symlink: read its text
    self,  // self or thread-self: `text` is what the target's kernel would say, to be walked from `directory`
    object,  // fd/N, cwd, root, exe, ...: the kernel jumps to an object, `target`
  };
  Kind kind = Kind::plain;
  std::string text;
  Fd target;
};

// What following the link `name` in `directory` means for `task`. Error::err is what the target would be
// told.
//
// A procfs belongs to one PID namespace, and its numbers are that namespace's. It is never left for our own:
// ".." would lead to our root then, out of a target's chroot.
Result<ProcLink> follow_proc_link(const Task& task, const Fd& directory, const std::string& name);

// Is `name` in `directory` something of `task`'s process in a procfs: its own directory, or what lies below
// it?
bool is_own_place(const Task& task, const Fd& directory, const std::string& name);

}  // namespace scsup
