#include "supervisor/loop/stall_watch.h"

namespace scsup {

namespace {

constexpr int ticks_until_sleep = 20;

}  // namespace

void Lead::begin(std::shared_ptr<Timed> work) {
  work_ = std::move(work);
  section_.fetch_add(1, std::memory_order_relaxed);
  state_.store(State::working);  // sequentially consistent with asleep_: one of the two sides sees the other
  if (watch_.asleep_.load()) watch_.wake();
}

bool Lead::end() {
  State expected = State::working;
  if (!state_.compare_exchange_strong(expected, State::idle)) return false;
  work_.reset();
  return true;
}

StallWatch::StallWatch() : thread_([this] { run(); }) {}

StallWatch::~StallWatch() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StallWatch::watch(std::shared_ptr<Lead> lead) {
  std::lock_guard lock(mutex_);
  leads_.push_back({std::move(lead), 0});
  asleep_ = false;
  quiet_ticks_ = 0;
  changed_.notify_all();
}

void StallWatch::forget(const Lead& lead) {
  std::lock_guard lock(mutex_);
  std::erase_if(leads_, [&](const Watched& watched) { return watched.lead.get() == &lead; });
}

void StallWatch::limit(const std::shared_ptr<Timed>& work, std::chrono::seconds time) {
  std::lock_guard lock(mutex_);
  limits_.emplace(std::chrono::steady_clock::now() + time, work);
  changed_.notify_all();
}

void StallWatch::expire_all() {
  std::vector<std::shared_ptr<Timed>> late;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [when, work] : limits_)
      if (auto still = work.lock()) late.push_back(std::move(still));
    limits_.clear();
    for (const Watched& watched : leads_) {
      Lead::State working = Lead::State::working;
      if (watched.lead->state_.compare_exchange_strong(working, Lead::State::taken) && watched.lead->work_)
        late.push_back(watched.lead->work_);
    }
    leads_.clear();  // no thread succeeds them
  }
  for (const auto& work : late) work->expire();
}

void StallWatch::wake() {
  std::lock_guard lock(mutex_);
  asleep_ = false;
  quiet_ticks_ = 0;
  changed_.notify_all();
}

void StallWatch::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    expire_late(lock);
    if (ending_) break;
    if (asleep_ || leads_.empty()) {
      if (limits_.empty())
        changed_.wait(lock);
      else
        changed_.wait_until(lock, limits_.begin()->first);
      continue;
    }
    changed_.wait_for(lock, tick);
    if (!ending_) look_at_all(lock);
  }
}

// True: that thread has made no progress since the last tick.
bool StallWatch::look(Watched& watched) {
  Lead& lead = *watched.lead;
  const std::uint64_t section = lead.section_.load(std::memory_order_relaxed);
  const bool same = section == watched.seen;
  watched.seen = section;
  if (lead.state_.load() != Lead::State::working) return same;
  Lead::State working = Lead::State::working;
  if (same && lead.state_.compare_exchange_strong(working, Lead::State::taken) && lead.work_)
    limits_.emplace(std::chrono::steady_clock::now() + patience, lead.work_);
  return false;
}

void StallWatch::look_at_all(std::unique_lock<std::mutex>& lock) {
  bool quiet = true;
  for (Watched& watched : leads_) quiet = look(watched) && quiet;

  std::vector<std::shared_ptr<Lead>> taken;
  for (const Watched& watched : leads_)
    if (watched.lead->lost()) taken.push_back(watched.lead);
  std::erase_if(leads_, [](const Watched& watched) { return watched.lead->lost(); });

  quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;
  if (quiet_ticks_ >= ticks_until_sleep) {
    asleep_ = true;
    for (const Watched& watched : leads_)  // for a section that began while we went to sleep
      if (watched.lead->state_.load() == Lead::State::working) asleep_ = false;
  }
  lock.unlock();
  for (const auto& lead : taken) {
    if (lead->work_) lead->work_->held_up();
    lead->succeed_();
  }
  lock.lock();
}

void StallWatch::expire_late(std::unique_lock<std::mutex>& lock) {
  while (!limits_.empty() && limits_.begin()->first <= std::chrono::steady_clock::now()) {
    const std::shared_ptr<Timed> work = limits_.begin()->second.lock();
    limits_.erase(limits_.begin());
    if (!work) continue;
    lock.unlock();
    work->expire();
    lock.lock();
  }
}

}  // namespace scsup
