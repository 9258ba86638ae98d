#include "supervisor/session/reception.h"

#include <sys/resource.h>

#include <algorithm>

#include "base/say.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

// How long the supervisor waits at its end for calls in progress: for ordinary ones, and then for those that can't be
// given up any more because something is being done for the target.
constexpr std::chrono::milliseconds usual_work{100}, last_work{1000};

}  // namespace

bool is_listener(const Fd& fd) { return name_of(fd).value_or(std::string()) == "anon_inode:seccomp notify"; }

bool Reception::begin_handshake() {
  if (handshakes_.fetch_add(1) < most_handshakes) return true;
  end_handshake();
  return false;
}

void Reception::end_handshake() { --handshakes_; }

void Reception::came() {
  std::lock_guard lock(mutex_);
  ++here_;
}

void Reception::went(const Counts& counts) {
  {
    std::lock_guard lock(mutex_);
    total_ += counts;
    if (--here_ != 0) return;
  }
  all_gone_();
}

void Reception::look_at_kernel(const Listener& listener) {
  if (listener.wakes_on_this_cpu() || kernel.quiet || told_.exchange(true)) return;
  say(Severity::notice,
      "no SYNC_WAKE_UP (Linux 6.6): a supervised call may wait for an interrupt to another CPU and then "
      "takes "
      "several times as long");
}

bool Reception::has_room() const {
  constexpr rlim_t per_session = 4,
                   per_task = TaskHandles::descriptors;  // listener, epoll, pidfd, connection
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY) return true;
  const rlim_t kept = descriptors.rlim_cur / 4;  // for calls in progress, connections, the log
  std::lock_guard lock(mutex_);
  return here_ * per_session + static_cast<rlim_t>(TaskHandles::alive()) * per_task + kept <
         descriptors.rlim_cur;
}

Services Reception::services_for(std::uint32_t session) const {
  const std::size_t loop = session % (more_loops_.size() + 1);
  if (loop == 0) return services;
  return {*more_loops_[loop - 1], services.workers,  services.log,
          services.denials,       services.attended, services.receive_ends_with_targets,
          services.zygote};
}

std::shared_ptr<Session> Reception::begin_session(Subject subject, std::shared_ptr<InForce> policy,
                                                  Listener listener, Line::MadeBy made_by) {
  look_at_kernel(listener);
  const std::uint32_t number = ++numbers_;
  auto session =
      std::make_shared<Session>(number, std::move(subject), std::move(policy), services_for(number),
                                [this](const Counts& counts) { went(counts); });
  {
    std::lock_guard lock(mutex_);
    ++here_;
    std::erase_if(living_, [](const std::weak_ptr<Session>& other) { return other.expired(); });
    living_.push_back(session);
  }
  session->line_came();
  session->say_attached();
  std::make_shared<Line>(session, std::move(listener), made_by)->start();
  return session;
}

std::shared_ptr<Session> Reception::join_session(const std::string& claim, Listener& listener) {
  for (const auto& session : sessions()) {
    if (session->subject().claim != claim || !session->line_came()) continue;
    session->say_attached();
    std::make_shared<Line>(session, std::move(listener), Line::MadeBy::runtime)->start();
    return session;
  }
  return nullptr;
}

std::vector<std::shared_ptr<Session>> Reception::sessions() const {
  std::vector<std::shared_ptr<Session>> living;
  std::lock_guard lock(mutex_);
  for (const auto& one : living_)
    if (auto session = one.lock(); session && !session->is_over()) living.push_back(std::move(session));
  return living;
}

std::shared_ptr<Session> Reception::session(std::uint32_t number) const {
  for (auto& session : sessions())
    if (session->number() == number) return session;
  return nullptr;
}

void Reception::end_sessions() {
  const std::vector<std::shared_ptr<Session>> living = sessions();
  for (const auto& session : living) session->close();
  const auto answered_within = [&](std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    return std::all_of(living.begin(), living.end(),
                       [&](const auto& session) { return session->wait_until_answered(end); });
  };
  if (!answered_within(usual_work)) {
    services.loop.stall_watch().expire_all();
    for (Loop* loop : more_loops_) loop->stall_watch().expire_all();
    (void)answered_within(last_work);
  }
  for (const auto& session : living) session->expire();
}

bool Reception::is_empty() const {
  std::lock_guard lock(mutex_);
  return here_ == 0;
}

Counts Reception::total() const {
  std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace scsup
