// The process that deputies are forked from.
//
// It is made while the supervisor has one thread, so that its children find locks and memory in order, and
// has nothing open but its line. It ends with the supervisor, however that ends, and its children with it.
// If it is killed there are no new deputies: what needs one is refused.
#pragma once

#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/emulate/deputy_line.h"
#include "supervisor/target/task.h"

namespace scsup {

struct NewDeputy {
  DeputyLine line;
  Fd pidfd;
  pid_t pid;
};

class Zygote {
 public:
  // Starts it: before the supervisor starts a thread, with all signals blocked. If it can't, bear() says why.
  Zygote();
  // A deputy of `task` that is ready, with the task's identity as it was read. Thread-safe; whoever asks
  // waits for its own deputy only.
  Result<NewDeputy> bear(const Task& task, Deadline until) const;

 private:
  Result<DeputyLine> line_;
};

}  // namespace scsup
