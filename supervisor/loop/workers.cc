#include "supervisor/loop/workers.h"

#include <chrono>
#include <stdexcept>

#include "supervisor/loop/threads.h"

namespace scsup {

Workers::Workers(std::function<void()> prepare) : prepare_(std::move(prepare)) {
  if (auto started = start_thread([this] { work(); }); !started)
    throw std::runtime_error(started.error().text());
}

void Workers::submit(Job job) {
  std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  if (idle_ >= jobs_.size()) {
    changed_.notify_one();
    return;
  }
  // No thread could be started: the job waits for an existing one, as long as a call may wait.
  if (!start_thread([this] { work(); })) changed_.notify_one();
}

void Workers::work() {
  prepare_();
  std::unique_lock lock(mutex_);
  for (;;) {
    while (jobs_.empty()) {
      ++idle_;
      changed_.wait(lock);
      --idle_;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    ++busy_;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    --busy_;
    changed_.notify_all();
  }
}

bool Workers::drain(int seconds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(seconds),
                           [this] { return busy_ == 0 && jobs_.empty(); });
}

}  // namespace scsup
