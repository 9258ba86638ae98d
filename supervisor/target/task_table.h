// The tasks of one session that scsup has met, so that what they are is read once and not once per call.
//
// Snapshots become stale by a few rare calls only (Syscall::alters); those are trapped, and told here by
// altering(). Measured on Linux 6.18: reading a task afresh costs 15 to 20 us, noticing such a call 3 us, and
// a process makes one to three of them in its life.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/target/pending.h"
#include "supervisor/target/task.h"

namespace scsup {

class TaskTable {
 public:
  // `describe` makes Task::record.
  explicit TaskTable(std::function<std::string(const Task&)> describe);

  // The task that made this call. Thread-safe. ESRCH when it is gone. A task that is remembered is not asked
  // whether it still lives: its number may belong to another by now. Once all has been read of it, is_still()
  // tells.
  Result<std::shared_ptr<const Task>> find(const Request& request);

  // Is `task` the one that made the call, and was what was read by its number its own? It was remembered
  // before the call came and lives now, so the number was its own all the while.
  bool is_still(const Task& task, const Request& request);
  void forget(const Task& task);

  // The processes that are remembered.
  std::vector<pid_t> processes() const;

  // From now on each task is read anew for each call: the filter doesn't show what may alter it.
  void remember_nothing();

  // `task` is about to make a call that alters what we remember. To be told before the call is let through.
  void altering(const Task& task, const Call& call);

 private:
  struct Entry {
    std::shared_ptr<const Task> task;
    std::uint64_t view = 0;  // value of view_ when it was read
    bool stale = false;
  };
  // Each is three descriptors: what a target has many of must not use up ours.
  static constexpr std::size_t most_remembered = 64;
  void forget_some();

  void bury_the_dead();

  const std::function<std::string(const Task&)> describe_;
  // An epoll of the pidfds of all that are remembered: one call that costs next to nothing says that none of
  // them has died. A task's pidfd is readable before its number is free again, so this is never too late.
  const Fd deaths_;
  mutable std::mutex mutex_;
  std::unordered_map<pid_t, Entry> entries_;
  PendingCalls pending_;
  bool remembers_ = true;
  std::uint64_t view_ = 0;  // counts calls that may change a file system view shared between tasks
};

}  // namespace scsup
