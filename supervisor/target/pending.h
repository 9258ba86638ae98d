// Calls that were let through and may not have happened yet.
//
// umask(2) is answered with CONTINUE and runs some time later. What scsup reads of the task in between is the
// old value, and would be remembered as the new one. So a task with such a call is pending until it is known
// to have come back: it makes another call, it has died, or it sleeps in some other system call.
#pragma once

#include <sys/types.h>

#include <memory>
#include <unordered_map>

#include "supervisor/seccomp/syscalls.h"
#include "supervisor/target/task.h"

namespace scsup {

struct PendingCall {
  pid_t process;
  Alters alters;
  long nr;  // as /proc/TID/syscall shows it
  std::shared_ptr<const TaskHandles> handles;
};

class PendingCalls {
 public:
  void add(pid_t tid, PendingCall call) { calls_.insert_or_assign(tid, std::move(call)); }
  // The task has made another call, so the one before is over.
  void over(pid_t tid) {
    if (!calls_.empty()) calls_.erase(tid);
  }
  // May a call of another task still change the file system view (shared by CLONE_FS), or the image of the
  // process (an exec by another thread of it)? Forgets those that are over.
  bool can_change(const Task& task);

 private:
  static bool is_over(const PendingCall& call);
  std::unordered_map<pid_t, PendingCall> calls_;
};

}  // namespace scsup
