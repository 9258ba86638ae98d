// Notices when the thread that leads the loop is stuck, and when a call has been in work for too long.
//
// Reading a target's memory or acting on a file can block where nobody could have known (userfaultfd, a file mapped from
// FUSE). The leading thread therefore works in sections; a section that is still the same one after two ticks costs the
// thread its lead: another takes the loop over, and the stuck one ends with its own call. A section costs two atomic
// operations. When nothing happens the watch sleeps.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace scsup {

// What can be told that its time is over.
class Timed {
 public:
  virtual ~Timed() = default;
  virtual void expire() = 0;
};

class StallWatch;

// The lead of one thread. `begin` and `end` are called by that thread only.
class Lead {
 public:
  explicit Lead(StallWatch& watch) : watch_(watch) {}
  void begin(std::shared_ptr<Timed> work);
  // False: the lead was taken away meanwhile. The thread finishes what it has in hand and goes.
  bool end();
  bool lost() const { return state_.load(std::memory_order_relaxed) == State::taken; }

 private:
  friend class StallWatch;
  enum class State : std::uint32_t { idle, working, taken };
  StallWatch& watch_;
  std::shared_ptr<Timed> work_;
  std::atomic<State> state_{State::idle};
  std::atomic<std::uint64_t> section_{0};
};

class StallWatch {
 public:
  static constexpr std::chrono::milliseconds tick{5};
  static constexpr std::chrono::seconds patience{10};  // how long one call may be in work without acting

  // `succeed` is called on the watch's thread when the lead was taken from its holder.
  explicit StallWatch(std::function<void()> succeed);
  ~StallWatch();

  void watch(std::shared_ptr<Lead> lead);     // from now on this one leads
  void limit(const std::shared_ptr<Timed>& work);  // expire() it after `patience`, unless it is gone by then

 private:
  friend class Lead;
  void run();
  void look(std::unique_lock<std::mutex>& lock);
  void expire_late(std::unique_lock<std::mutex>& lock);
  void wake();

  std::function<void()> succeed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, std::weak_ptr<Timed>> limits_;
  std::shared_ptr<Lead> lead_;
  std::uint64_t seen_ = 0;       // section at the last tick
  int quiet_ticks_ = 0;
  std::atomic<bool> asleep_{false};
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace scsup
