// The tasks of one session that scsup has met, so that what they are is read once and compared for each call.
//
// To read a task costs a dozen system calls on /proc; to see that it is still as it was read, two for the
// record and two more before anything is done for it (compare()).
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
  // `describe` makes Task::record. `ended` is told of each task that was remembered and has ended, with its status as
  // wait(2) has it, as far as that can be had.
  TaskTable(std::function<std::string(const Task&)> describe, std::function<void(const Task&, int)> ended);

  struct Met {
    std::shared_ptr<const Task> task;
    bool is_fresh = false;  // read since the call came: nothing of it can be different
    mode_t umask = 022;     // once it was asked for
  };
  // The task that made this call. Thread-safe. ESRCH when it is gone. A task that is remembered is not asked
  // whether it still lives: its number may belong to another by now. Once all has been read of it, confirm()
  // tells.
  Result<Met> find(const Request& request);

  // `met` as it is now, read anew if it has changed. ESRCH: what was met isn't the task that made the call,
  // or that one has gone.
  Result<Met> confirm(const Met& met, const Request& request, Asked asked);
  void forget(const Task& task);

  // Tells of those that have ended since.
  void bury_the_dead();

  // The processes that are remembered.
  std::vector<pid_t> processes() const;

 private:
  // Each is five descriptors: what a target has many of must not use up ours.
  static constexpr std::size_t most_remembered = 64;
  Result<Met> read(const Request& request, std::shared_ptr<const TaskHandles> known);
  void remember(const std::shared_ptr<const Task>& task);
  std::vector<std::pair<std::shared_ptr<const Task>, int>> take_the_dead();
  void forget_some();

  const std::function<std::string(const Task&)> describe_;
  const std::function<void(const Task&, int)> ended_;
  // An epoll of the pidfds of all that are remembered: one call tells which of them have died.
  const Fd deaths_;
  mutable std::mutex mutex_;
  std::unordered_map<pid_t, std::shared_ptr<const Task>> entries_;
  std::vector<std::shared_ptr<const Task>> unreaped_;  // ended, and nobody knows how: the last ones
};

}  // namespace scsup
