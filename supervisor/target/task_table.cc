#include "supervisor/target/task_table.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <iterator>

namespace scsup {

namespace {

// A third of the descriptors that we may have: remembered tasks must never take those that calls need.
int most_handles() {
  static const int most = [] {
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return 64;
    return static_cast<int>(std::min<rlim_t>(descriptors.rlim_cur, 1 << 20) / (3 * TaskHandles::descriptors));
  }();
  return most;
}

}  // namespace

TaskTable::TaskTable(std::function<std::string(const Task&)> describe,
                     std::function<void(const Task&, int)> ended)
    : describe_(std::move(describe)), ended_(std::move(ended)), deaths_(epoll_create1(EPOLL_CLOEXEC)) {}

Result<TaskTable::Met> TaskTable::find(const Request& request) {
  {
    std::lock_guard lock(mutex_);
    const auto known = entries_.find(static_cast<pid_t>(request.tid()));
    if (known != entries_.end()) return Met{known->second};
  }
  bury_the_dead();
  return read(request, nullptr);
}

Result<TaskTable::Met> TaskTable::confirm(const Met& met, const Request& request, Asked asked) {
  if (met.is_fresh) {
    if (request.still_valid()) return met;
    return failed(ESRCH, "the target is gone");
  }
  const auto changed = has_changed(*met.task, asked);
  if (!changed) return failed(ESRCH, "the target is gone, or was another");
  if (!*changed) return met;
  return read(request, met.task->handles);
}

// Reading may stall (a /proc read waits for the target's mm), so it happens without the lock.
Result<TaskTable::Met> TaskTable::read(const Request& request, std::shared_ptr<const TaskHandles> known) {
  auto seen = look_at(static_cast<pid_t>(request.tid()), std::move(known));
  if (!seen) return failed(seen.error());
  if (!request.still_valid()) return failed(ESRCH, "the target is gone");
  (*seen)->record = describe_(**seen);
  std::shared_ptr<const Task> task = std::move(*seen);
  if (task->handles->pidfd) remember(task);
  return Met{std::move(task), true};
}

void TaskTable::remember(const std::shared_ptr<const Task>& task) {
  const TaskHandles& handles = *task->handles;
  if (!handles.mourned) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = handles.pidfd.get();
    handles.mourned = epoll_ctl(deaths_.get(), EPOLL_CTL_ADD, handles.pidfd.get(), &event) == 0;
  }
  std::lock_guard lock(mutex_);
  if (entries_.size() >= most_remembered || TaskHandles::alive() > most_handles()) forget_some();
  entries_.insert_or_assign(task->tid, task);
}

// Reported without the lock: a record may wait for the log.
void TaskTable::bury_the_dead() {
  for (const auto& [task, status] : take_the_dead()) ended_(*task, status);
}

std::vector<std::pair<std::shared_ptr<const Task>, int>> TaskTable::take_the_dead() {
  std::lock_guard lock(mutex_);
  epoll_event events[16];
  const int count = epoll_wait(deaths_.get(), events, std::size(events), 0);
  for (int i = 0; i < count; ++i) {
    // Only tasks that are still remembered: another thread may be closing the others' descriptors, and the number may
    // name anything by then.
    const auto dead = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
      return entry.second->handles->pidfd.get() == events[i].data.fd;
    });
    if (dead == entries_.end()) continue;
    epoll_ctl(deaths_.get(), EPOLL_CTL_DEL, events[i].data.fd, nullptr);
    if (unreaped_.size() < most_remembered) unreaped_.push_back(dead->second);
    entries_.erase(dead);
  }
  std::vector<std::pair<std::shared_ptr<const Task>, int>> told;
  std::erase_if(unreaped_, [&](const auto& task) {  // also earlier ones: a parent may reap late
    const auto status = exit_status(*task->handles);
    if (status) told.emplace_back(task, *status);
    return status.has_value();
  });
  return told;
}

void TaskTable::forget(const Task& task) {
  std::lock_guard lock(mutex_);
  entries_.erase(task.tid);
}

std::vector<pid_t> TaskTable::processes() const {
  std::vector<pid_t> pids;
  std::lock_guard lock(mutex_);
  for (const auto& [tid, task] : entries_)
    if (is_alive(*task->handles)) pids.push_back(task->pid);
  return pids;
}

void TaskTable::forget_some() {
  std::erase_if(entries_, [](const auto& entry) { return !is_alive(*entry.second->handles); });
  if (entries_.size() >= most_remembered / 2 || TaskHandles::alive() > most_handles()) entries_.clear();
}

}  // namespace scsup
