// The tasks of one session that scsup has met, so that each is read once and only compared at later calls.
//
// Reading a task takes a dozen system calls on /proc. Checking that it is unchanged takes two for the record and two
// more before anything is done for it (has_changed()).
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/target/task.h"

namespace scsup {

class TaskTable {
 public:
  // `describe` makes Task::record. `ended` is called for each remembered task that has ended, with its status in the
  // form of wait(2) if that can be had.
  TaskTable(std::function<std::string(const Task&)> describe, std::function<void(const Task&, int)> ended);

  struct Met {
    std::shared_ptr<const Task> task;
    bool is_fresh = false;  // read since the call came: nothing of it can have changed
  };
  // The task that made this call. Thread-safe. ESRCH if it is gone. A remembered task is returned without a check
  // that it still lives: its number may be another task's by now. After all else about it has been read, confirm()
  // checks that.
  Result<Met> find(const Request& request);

  // `met` in its present state, read anew if it has changed. ESRCH: `met` isn't the task that made the call, or that
  // task has gone.
  Result<Met> confirm(const Met& met, const Request& request, Asked asked);
  void forget(const Task& task);

  // Reports the tasks that have ended since.
  void bury_the_dead();

  // The remembered processes.
  std::vector<pid_t> processes() const;

 private:
  // Each takes five descriptors: a target with many tasks must not use up ours.
  static constexpr std::size_t most_remembered = 64;
  Result<Met> read(const Request& request, std::shared_ptr<const TaskHandles> known);
  void remember(const std::shared_ptr<const Task>& task);
  std::vector<std::pair<std::shared_ptr<const Task>, int>> take_the_dead();
  void forget_some();

  const std::function<std::string(const Task&)> describe_;
  const std::function<void(const Task&, int)> ended_;
  // An epoll of the pidfds of all remembered tasks: one call tells which of them have died.
  const Fd deaths_;
  mutable std::mutex mutex_;
  std::unordered_map<pid_t, std::shared_ptr<const Task>> entries_;
  std::vector<std::shared_ptr<const Task>> unreaped_;  // ended, status not known yet: the latest ones
};

}  // namespace scsup
