#include "supervisor/target/task_table.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <iterator>

namespace scsup {

namespace {

// A third of the descriptors that we may have, at three each: what remembers is never what keeps the work
// from having some.
int most_handles() {
  static const int most = [] {
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return 64;
    return static_cast<int>(std::min<rlim_t>(descriptors.rlim_cur, 1 << 20) / 9);
  }();
  return most;
}

}  // namespace

TaskTable::TaskTable(std::function<std::string(const Task&)> describe)
    : describe_(std::move(describe)), deaths_(epoll_create1(EPOLL_CLOEXEC)) {}

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
  if (const TaskHandles& fresh = *(*seen)->handles; fresh.pidfd && !fresh.missed) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fresh.pidfd.get();
    fresh.missed = epoll_ctl(deaths_.get(), EPOLL_CTL_ADD, fresh.pidfd.get(), &event) == 0;
  }
  std::shared_ptr<const Task> task = std::move(*seen);

  std::lock_guard lock(mutex_);
  if (entries_.size() >= most_remembered || TaskHandles::alive() > most_handles()) forget_some();
  settled = settled && remembers_ && !pending_.can_change(*task);
  entries_.insert_or_assign(tid, Entry{task, view, !settled || !task->handles->pidfd});
  return task;
}

bool TaskTable::is_still(const Task& task, const Request& request) {
  if (!task.handles->pidfd) return request.still_valid();
  epoll_event event;
  if (task.handles->missed && epoll_wait(deaths_.get(), &event, 1, 0) == 0) return true;
  bury_the_dead();
  return is_alive(*task.handles);
}

void TaskTable::bury_the_dead() {
  std::lock_guard lock(mutex_);
  epoll_event events[16];
  const int count = epoll_wait(deaths_.get(), events, std::size(events), 0);
  for (int i = 0; i < count; ++i) {
    // Only what is still remembered: another thread may be closing the rest, and the number may be anything
    // by then.
    const auto dead = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
      return entry.second.task->handles->pidfd.get() == events[i].data.fd;
    });
    if (dead == entries_.end()) continue;
    epoll_ctl(deaths_.get(), EPOLL_CTL_DEL, events[i].data.fd, nullptr);
    entries_.erase(dead);
  }
}

void TaskTable::forget(const Task& task) {
  std::lock_guard lock(mutex_);
  entries_.erase(task.tid);
}

std::vector<pid_t> TaskTable::processes() const {
  std::vector<pid_t> pids;
  std::lock_guard lock(mutex_);
  for (const auto& [tid, entry] : entries_)
    if (is_alive(*entry.task->handles)) pids.push_back(entry.task->pid);
  return pids;
}

void TaskTable::remember_nothing() {
  std::lock_guard lock(mutex_);
  remembers_ = false;
  for (auto& [tid, entry] : entries_) entry.stale = true;
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
  if (entries_.size() >= most_remembered / 2 || TaskHandles::alive() > most_handles()) entries_.clear();
}

}  // namespace scsup
