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

StallWatch::StallWatch(std::function<void()> succeed) : succeed_(std::move(succeed)), thread_([this] { run(); }) {}

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
  lead_ = std::move(lead);
  seen_ = 0;
  quiet_ticks_ = 0;
  changed_.notify_all();
}

void StallWatch::limit(const std::shared_ptr<Timed>& work) {
  std::lock_guard lock(mutex_);
  limits_.emplace(std::chrono::steady_clock::now() + patience, work);
  changed_.notify_all();
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
    if (asleep_ || !lead_) {
      if (limits_.empty())
        changed_.wait(lock);
      else
        changed_.wait_until(lock, limits_.begin()->first);
      continue;
    }
    changed_.wait_for(lock, tick);
    if (!ending_ && lead_) look(lock);
  }
}

void StallWatch::look(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t section = lead_->section_.load(std::memory_order_relaxed);
  if (lead_->state_.load() != Lead::State::working) {
    quiet_ticks_ = section == seen_ ? quiet_ticks_ + 1 : 0;
    seen_ = section;
    if (quiet_ticks_ < ticks_until_sleep) return;
    asleep_ = true;
    if (lead_->state_.load() == Lead::State::working) asleep_ = false;  // it began while we lay down
    return;
  }
  quiet_ticks_ = 0;
  if (section != seen_) {
    seen_ = section;
    return;
  }
  Lead::State expected = Lead::State::working;
  if (!lead_->state_.compare_exchange_strong(expected, Lead::State::taken)) return;
  if (lead_->work_) limits_.emplace(std::chrono::steady_clock::now() + patience, lead_->work_);
  lead_.reset();
  lock.unlock();
  succeed_();
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
