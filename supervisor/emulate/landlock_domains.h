// Which tasks have restricted themselves by landlock(7), and how.
//
// The kernel shows nobody whether a task is in a Landlock domain, and every task forked in a domain is in it too. So
// scsup traps landlock_restrict_self(2), puts a process of its own into a copy of the domain before the call is let
// through, and marks the task by a resource limit: RLIMIT_LOCKS limits nothing since Linux 2.4.25 (setrlimit(2)), is
// inherited by fork and exec as the domain is, and may only be lowered. Deputies that act for a marked task are
// forked from the process in its domain.
//
// A limit belongs to a process, a domain to a thread: if one thread of a process restricts itself, the others are
// taken to be restricted, too. A task with CAP_SYS_RESOURCE in the initial user namespace can remove the mark; a
// policy that must hold for such tasks denies landlock_restrict_self.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "supervisor/emulate/zygote.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/target/task.h"

namespace scsup {

class LandlockDomains {
 public:
  explicit LandlockDomains(const Zygote& outside);

  // `task` calls landlock_restrict_self(2), which is let through next. Failure: scsup can't follow it into the
  // domain, so the call must not be let through. A call that the kernel will refuse anyway is no failure, and changes
  // nothing.
  Result<void> enter(const Task& task, const Call& call, Deadline until);

  // The zygote within the domain that `task` is in; null: it is in none. Failure: the domain can't be determined. The
  // task's call must be waiting for us.
  Result<std::shared_ptr<const Zygote>> of(const Task& task, const Request& request) const;

 private:
  using Domain = std::shared_ptr<const Zygote>;
  Result<Domain> by_mark_of(const Task& task) const;
  bool make_room();

  const Zygote& outside_;
  // One task at a time enters: if two threads of a process did so at once, each would get the mark of only one
  // domain.
  std::mutex entering_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Domain> domains_;  // by mark
  std::uint64_t next_mark_;
  std::atomic<bool> any_{false};
};

}  // namespace scsup
