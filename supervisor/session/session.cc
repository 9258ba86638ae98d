#include "supervisor/session/session.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "supervisor/audit/clock.h"
#include "supervisor/session/inquiry.h"

namespace scsup {

namespace {

std::string describe(const Task& task) {
  return render(Process{task.pid, task.ppid, task.start, task.comm, task.exe, task.cwd, task.uid, task.gid});
}

}  // namespace

Session::Session(std::uint32_t number, Listener listener, std::shared_ptr<const Policy> policy,
                 std::string policy_record, Services services, std::function<void(const Counts&)> ended)
    : number_(number),
      listener_(std::move(listener)),
      policy_(std::move(policy)),
      policy_record_(std::move(policy_record)),
      services_(services),
      ended_(std::move(ended)),
      tasks_(describe) {}

void Session::start() {
  if (services_.attended.fetch_add(1) < most_attended) return attend();
  --services_.attended;
  services_.loop.add(shared_from_this());
}

void Session::attend() {
  auto lead =
      std::make_shared<Lead>(services_.loop.stall_watch(), [self = shared_from_this()] { self->attend(); });
  services_.loop.stall_watch().watch(lead);
  std::thread([self = shared_from_this(), lead] {
    self->services_.loop.prepare_thread();
    self->serve_until_lost(*lead);
  }).detach();  // one that is stuck can't be joined
}

void Session::serve_until_lost(Lead& lead) {
  while (!lead.lost() && wait_for_call()) serve_one(lead);
  if (lead.lost()) return;  // another thread attends
  services_.loop.stall_watch().forget(lead);
  --services_.attended;
  hang_up();
}

// False: the last target has gone. RECV says so by itself since 6.11; before, only poll does.
bool Session::wait_for_call() const {
  if (services_.receive_ends_with_targets && !nothing_came_) return true;
  pollfd listener{listener_.fd(), POLLIN, 0};
  while (poll(&listener, 1, -1) < 0) {
  }
  return (listener.revents & POLLIN) != 0;
}

Source::Next Session::serve(std::uint32_t ready, Lead& lead) {
  if ((ready & POLLIN) == 0) {  // only a hang-up is left: nobody is under this filter any more
    hang_up();
    return Next::done;
  }
  serve_one(lead);
  return Next::again;
}

void Session::hang_up() {
  hung_up_ = true;
  if (received_ == answered_)
    end_once();
  else  // calls of killed tasks, still with a worker
    services_.loop.stall_watch().limit(shared_from_this());
}

void Session::serve_one(Lead& lead) {
  auto received = listener_.receive();
  if (!received) std::fprintf(stderr, "scsup: session %u: %s\n", number_, received.error().text().c_str());
  nothing_came_ = !received || !*received;
  if (nothing_came_) return;
  const std::int64_t now = monotonic_ns();
  ++received_;
  if (closing_) {  // sequentially consistent: whoever closes sees our count, or we see that it closes
    --received_;
    (void)std::move(**received).fail(ENOSYS);
    return;
  }
  auto inquiry = std::make_shared<Inquiry>(shared_from_this(), std::move(**received), now);
  if (is_slow()) return hand_over(std::move(inquiry));
  lead.begin(inquiry);
  const Inquiry::Progress progress = inquiry->look(Patience::none);
  (void)lead.end();
  if (progress == Inquiry::Progress::ready)
    inquiry->answer();
  else if (progress == Inquiry::Progress::needs_patience)
    hand_over(std::move(inquiry));
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
  // Each stall has cost other sessions a tick or two: the next one is not risked for a second, then two, ...
  // a minute.
  const int times = std::min(stalls_.fetch_add(1), 6);
  slow_until_ns_ = monotonic_ns() + std::min<std::int64_t>(std::int64_t{1} << times, 60) * 1000000000;
}

bool Session::is_slow() const {
  const std::int64_t until = slow_until_ns_.load(std::memory_order_relaxed);
  return until != 0 && monotonic_ns() < until;
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
