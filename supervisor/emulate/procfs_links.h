// Links in a procfs that mean something else to every task that follows them.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/target/task.h"

namespace scsup {

struct ProcLink {
  enum class Kind {
    plain,   // an ordinary symlink: read its text
    task,    // /proc/self or /proc/thread-self: `target` is the task's directory as we see it
    object,  // fd/N, cwd, root, exe, ...: the kernel jumps to an object, `target`
  };
  Kind kind = Kind::plain;
  Fd target;
};

// What following the link `name` in `directory` means for `task`. Error::err is what the target would be told.
Result<ProcLink> follow_proc_link(const Task& task, const Fd& directory, const std::string& name);

}  // namespace scsup
