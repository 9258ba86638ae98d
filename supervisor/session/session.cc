#include "supervisor/session/session.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "supervisor/audit/clock.h"
#include "supervisor/policy/explain/kill_places.h"
#include "supervisor/policy/text/errno_names.h"
#include "supervisor/session/inquiry.h"
#include "supervisor/session/refusals.h"

namespace scsup {

Session::Session(std::uint32_t number, Subject subject, std::shared_ptr<InForce> policy, Services services,
                 std::function<void(const Counts&)> ended)
    : number_(number),
      subject_(std::move(subject)),
      container_record_(render(subject_.container)),
      since_unix_ns_(unix_ns()),
      kill_places_(policy->edition
                       ? kill_places(policy->edition->file().parsed.document, policy->edition->file().file)
                       : std::vector<std::string>()),
      first_process_(subject_.pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, subject_.pid, 0)) : -1),
      services_(services),
      ended_(std::move(ended)),
      tasks_(
          [&log = services.log](const Task& task) {
            return log.describe(
                {task.pid, task.ppid, task.start, task.comm, task.exe, task.cwd, task.uid, task.gid});
          },
          [this](const Task& task, int status) { task_ended(task, status); }),
      deputies_(services.zygote),
      landlock_domains_(services.zygote) {
  put_in_force(std::move(policy));
}

std::shared_ptr<InForce> Session::in_force() const {
  std::lock_guard lock(mutex_);
  return policies_.back();
}

void Session::put_in_force(std::shared_ptr<InForce> policy) {
  std::lock_guard lock(mutex_);
  if (policies_.size() == most_remembered) policies_.erase(policies_.begin());
  policies_.push_back(std::move(policy));
}

std::vector<std::shared_ptr<InForce>> Session::history() const {
  std::lock_guard lock(mutex_);
  return policies_;
}

void Session::say_attached() const {
  const std::shared_ptr<InForce> policy = in_force();
  AttachRecord record;
  record.session = number_;
  record.command = subject_.command;
  record.pid = subject_.pid;
  record.container = &container_record_;
  if (policy->edition) record.policy = &policy->edition->record();
  record.listeners = lines_;
  record.caps = subject_.environment.caps;
  record.home = subject_.environment.home;
  record.directory = subject_.environment.directory;
  services_.log.attach(record);
}

// Skips a child of ours, the command of `scsup run`: its parent reports its end.
void Session::task_ended(const Task& task, int status) {
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS || task.ppid == getpid()) return;
  if (last_death_.exchange(task.pid) == task.pid) return;
  services_.log.death({number_, &container_record_, task.tid, task.record, kill_places_});
}

bool Session::line_came() {
  std::lock_guard lock(mutex_);
  if (hung_up_) return false;
  ++lines_;
  return true;
}

void Session::line_went() {
  {
    std::lock_guard lock(mutex_);
    if (--lines_ != 0) return;
    hung_up_ = true;
  }
  if (received_ == answered_)
    end_once();
  else  // calls of killed tasks are still with a worker
    services_.loop.stall_watch().limit(shared_from_this());
}

// Counts a call that was received. False: the session is closing.
bool Session::may_receive() {
  ++received_;
  if (!closing_) return true;  // sequentially consistent: either close() sees our count, or we see it closing
  --received_;
  return false;
}

void Session::hand_over(std::shared_ptr<Inquiry> inquiry) {
  services_.loop.stall_watch().limit(inquiry);
  std::lock_guard lock(mutex_);
  if (in_work_ == most_in_work) {
    waiting_.push_back(std::move(inquiry));
    return;
  }
  ++in_work_;
  services_.workers.submit([self = shared_from_this(), inquiry = std::move(inquiry)]() mutable {
    self->work(std::move(inquiry));
  });
}

void Session::work(std::shared_ptr<Inquiry> inquiry) {
  while (inquiry) {
    if (inquiry->look(Patience::unlimited) == Inquiry::Progress::ready) inquiry->answer();
    inquiry.reset();
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      --in_work_;
      return;
    }
    inquiry = std::move(waiting_.front());
    waiting_.pop_front();
  }
}

void Session::stalled() {
  // Each stall has cost other sessions a tick or two: the next one is not risked for a second, then two, ... up to a
  // minute.
  const int times = std::min(stalls_.fetch_add(1), 6);
  slow_until_ns_ = monotonic_ns() + std::min<std::int64_t>(std::int64_t{1} << times, 60) * 1000000000;
}

bool Session::is_slow() const {
  const std::int64_t until = slow_until_ns_.load(std::memory_order_relaxed);
  return until != 0 && monotonic_ns() < until;
}

void Session::identify(CallRecord& record) const {
  record.session = number_;
  record.container = &container_record_;
}

void Session::count(const CallRecord& record, InForce& policy, Kept kept) {
  latency_.count(record.decision_ns);
  if (kept.written) recorded_.fetch_add(1, std::memory_order_relaxed);
  // A withdrawn call doesn't count: its target has died, or a signal interrupts it and it calls again.
  if (record.gone) return;
  const auto one_more = [](auto& of_session, auto& of_policy) {
    of_session.fetch_add(1, std::memory_order_relaxed);
    of_policy.fetch_add(1, std::memory_order_relaxed);
  };
  const bool is_denied = record.act == Act::deny || record.act == Act::kill;
  const Syscall* const syscall = record.call->syscall;
  if (record.origin)
    policy.tally.count(record.origin, syscall ? syscall->name : std::string_view(), is_denied,
                       record.decision_ns);
  if (kept.watched_only && !is_denied) return one_more(watched_, policy.watched);
  if (record.act == Act::allow) return one_more(allowed_, policy.allowed);
  if (record.act == Act::emulate) return one_more(emulated_, policy.emulated);
  one_more(denied_, policy.denied);
  count_denial(record);
}

void Session::count_denial(const CallRecord& record) {
  const Call& call = *record.call;
  const std::string_view path = record.resolved     ? std::string_view(*record.resolved)
                                : call.operand.path ? std::string_view(*call.operand.path)
                                                    : std::string_view();
  const bool by_policy = record.origin != &refusal::no_path && record.err != EEXIST;
  if (by_policy) services_.denials.add(call, path, record.err, *record.origin);
  if (!call.syscall || !call.syscall->runs_program) return;
  std::lock_guard lock(mutex_);
  refused_exec_ = std::string(call.syscall->name) + " is denied (" + std::string(errno_name(record.err)) +
                  ") by " + record.origin->words;
}

void Session::answered() {
  ++answered_;
  if (!hung_up_ && !closing_) return;
  if (hung_up_ && received_ == answered_) end_once();
  std::lock_guard lock(mutex_);
  all_answered_.notify_all();
}

bool Session::wait_until_answered(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  return all_answered_.wait_until(lock, end, [&] { return received_ == answered_; });
}

void Session::expire() { end_once(); }

void Session::end_once() {
  if (over_.exchange(true)) return;
  tasks_.bury_the_dead();
  const Counts last = counts();
  services_.log.detach(number_, last);
  ended_(last);
}

std::string Session::refused_exec() const {
  std::lock_guard lock(mutex_);
  return refused_exec_;
}

Counts Session::counts() const {
  return {received_, answered_, recorded_, allowed_, denied_, emulated_, watched_};
}

}  // namespace scsup
