#include "supervisor/target/task_table.h"

namespace scsup {

Result<std::shared_ptr<const Task>> TaskTable::find(const Request& request) {
  const pid_t tid = static_cast<pid_t>(request.tid());
  std::shared_ptr<const TaskHandles> handles;
  std::uint64_t view;
  bool settled;
  {
    std::lock_guard lock(mutex_);
    pending_.over(tid);
    const auto it = entries_.find(tid);
    const bool known = it != entries_.end();
    settled = !known || !pending_.can_change(*it->second.task);
    if (known && settled && !it->second.stale && it->second.view == view_) return it->second.task;
    if (known && is_alive(*it->second.task->handles)) handles = it->second.task->handles;
    view = view_;
  }
  // Reading may stall (a /proc read waits for the target's mm): not under the lock.
  auto seen = look_at(tid, std::move(handles));
  if (!seen) return failed(seen.error());
  if (!request.still_valid()) return failed(ESRCH, "the target is gone");

  (*seen)->record = describe_(**seen);
  std::shared_ptr<const Task> task = std::move(*seen);

  std::lock_guard lock(mutex_);
  if (entries_.size() >= most_remembered) forget_some();
  settled = settled && !pending_.can_change(*task);
  entries_.insert_or_assign(tid, Entry{task, view, !settled || !task->handles->pidfd});
  return task;
}

bool TaskTable::is_still(const Task& task, const Request& request) const {
  return task.handles->pidfd ? is_alive(*task.handles) : request.still_valid();
}

void TaskTable::forget(const Task& task) {
  std::lock_guard lock(mutex_);
  entries_.erase(task.tid);
}

void TaskTable::altering(const Task& task, const Call& call) {
  const Alters alters = call.syscall->alters;
  std::lock_guard lock(mutex_);
  for (const pid_t tid : {task.tid, task.pid}) {  // an exec by any thread ends up as the leader
    const auto it = entries_.find(tid);
    if (it != entries_.end() && (tid == task.tid || alters == Alters::image)) it->second.stale = true;
  }
  if (alters == Alters::filesystem || alters == Alters::everything) ++view_;
  const long nr = call.nr;
  pending_.add(task.tid, PendingCall{task.pid, alters, nr, task.handles});
}

void TaskTable::forget_some() {
  std::erase_if(entries_, [](const auto& entry) { return !is_alive(*entry.second.task->handles); });
  if (entries_.size() >= most_remembered / 2) entries_.clear();
}

}  // namespace scsup
