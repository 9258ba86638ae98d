#include "supervisor/emulate/landlock_domains.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

// The limit of a task in the first domain; each further domain's is one less. Only scsup sets such a limit: it once
// limited locks, and the default is a larger one, no limit (RLIM_INFINITY).
constexpr std::uint64_t first_mark = std::uint64_t{1} << 62;
constexpr std::size_t most_domains = 256;  // of a session: each is a process

// LANDLOCK_RESTRICT_SELF_*: those that concern the log, and the one that applies to the other threads too (7.0).
constexpr std::uint64_t known_flags = 0xf;

Result<rlimit> limit_of(pid_t task) {
  rlimit limit{};
  if (prlimit(task, RLIMIT_LOCKS, nullptr, &limit) != 0)
    return failed("cannot ask for a limit of the target");
  return limit;
}

Result<void> mark(pid_t process, std::uint64_t limit) {
  const rlimit both{limit, limit};
  if (prlimit(process, RLIMIT_LOCKS, &both, nullptr) != 0) return failed("cannot set a limit of the target");
  return {};
}

// The task's ruleset. Empty: the kernel will refuse the call.
Result<Fd> ruleset_of(const Task& task, int number) {
  const Fd process(task.handles->pidfd ? -1 : static_cast<int>(syscall(SYS_pidfd_open, task.pid, 0)));
  const int pidfd = process ? process.get() : task.handles->pidfd.get();
  Fd ruleset(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, number, 0)));
  if (!ruleset && errno == EBADF) return Fd();
  if (!ruleset) return failed("cannot have a descriptor of the target");
  const auto name = name_of(ruleset);
  if (!name) return failed(name.error());
  return name->starts_with("anon_inode:") ? std::move(ruleset) : Fd();  // no file that another process serves
}

// landlock_restrict_self(2): EPERM if the task has neither.
Result<bool> may_restrict_itself(const Task& task) {
  const auto status = read_status_again(task.handles->status);
  if (!status) return failed(status.error());
  return status->no_new_privs || (status->effective_caps & std::uint64_t{1} << CAP_SYS_ADMIN) != 0;
}

}  // namespace

LandlockDomains::LandlockDomains(const Zygote& outside) : outside_(outside), next_mark_(first_mark) {}

Result<void> LandlockDomains::enter(const Task& task, const Call& call, Deadline until) {
  const int number = static_cast<int>(call.args[0]);
  if (number < 0 || (call.args[1] & 0xffffffff & ~known_flags) != 0) return {};
  const auto may = may_restrict_itself(task);
  if (!may) return failed(may.error());
  if (!*may) return {};
  const auto ruleset = ruleset_of(task, number);
  if (!ruleset) return failed(ruleset.error());
  if (!*ruleset) return {};

  std::lock_guard one_at_a_time(entering_);
  const auto outer = by_mark_of(task);
  if (!outer) return failed(outer.error());
  auto domain = (*outer ? **outer : outside_).confine(*ruleset, *outer, until);
  if (!domain && domain.error().err == EBADFD) return {};  // it is not a ruleset
  if (!domain) return failed(domain.error());
  const auto before = limit_of(task.pid);
  if (!before) return failed(before.error());
  std::lock_guard lock(mutex_);
  if (domains_.size() >= most_domains && !make_room())
    return failed(EAGAIN, "too many Landlock domains in one session");
  if (before->rlim_max < next_mark_) return failed(EPERM, "the target's RLIMIT_LOCKS is lower than any mark");
  any_ = true;
  domains_.emplace(next_mark_, std::move(*domain));
  return mark(task.pid, next_mark_--);
}

Result<LandlockDomains::Domain> LandlockDomains::of(const Task& task, const Request& request) const {
  if (!any_) return nullptr;
  auto domain = by_mark_of(task);
  if (!request.still_valid()) return failed(ESRCH, "the target is gone");  // valid: the number was its own
  return domain;
}

Result<LandlockDomains::Domain> LandlockDomains::by_mark_of(const Task& task) const {
  if (!any_) return nullptr;
  const auto limit = limit_of(task.tid);
  if (!limit) return failed(limit.error());
  if (limit->rlim_max > first_mark) return nullptr;
  std::lock_guard lock(mutex_);
  const auto found = domains_.find(limit->rlim_max);
  if (found == domains_.end()) return failed(EPERM, "the mark of its Landlock domain was changed");
  return found->second;
}

// Forgets domains without tasks. A process that was forked while we looked may be missed: then its mark is unknown,
// and its calls are refused.
bool LandlockDomains::make_room() {
  std::set<std::uint64_t> worn;
  for (const pid_t process : process_numbers())
    if (const auto limit = limit_of(process)) worn.insert(limit->rlim_max);
  std::erase_if(domains_, [&](const auto& domain) { return !worn.contains(domain.first); });
  return domains_.size() < most_domains;
}

}  // namespace scsup
