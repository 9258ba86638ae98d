// Notices when a serving thread is stuck, and when a call has been in progress for too long.
//
// Reading a target's memory or acting on a file can block unpredictably (userfaultfd, a file mapped from FUSE). A
// serving thread therefore works in sections. If a section is still the same one after two ticks, the thread loses
// its lead: another thread takes over what it served, and the stuck one ends with its own call. A section costs two
// atomic operations. When nothing happens the watch sleeps.
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
#include <vector>

namespace scsup {

// Work whose duration is watched.
class Timed {
 public:
  virtual ~Timed() = default;
  // The thread that works on it is stuck and has lost its lead.
  virtual void held_up() {}
  // Its time is over.
  virtual void expire() = 0;
};

class StallWatch;

// The right of one thread to serve something. Only that thread calls `begin` and `end`.
class Lead {
 public:
  // `succeed` is called on the watch's thread when the lead was taken: it starts another thread.
  Lead(StallWatch& watch, std::function<void()> succeed) : watch_(watch), succeed_(std::move(succeed)) {}
  void begin(std::shared_ptr<Timed> work);
  // False: the lead was taken away meanwhile. The thread finishes its present call and ends.
  bool end();
  bool lost() const { return state_.load(std::memory_order_relaxed) == State::taken; }

 private:
  friend class StallWatch;
  enum class State : std::uint32_t { idle, working, taken };
  StallWatch& watch_;
  const std::function<void()> succeed_;
  std::shared_ptr<Timed> work_;
  std::atomic<State> state_{State::idle};
  std::atomic<std::uint64_t> section_{0};
};

class StallWatch {
 public:
  static constexpr std::chrono::milliseconds tick{5};
  static constexpr std::chrono::seconds patience{10};  // how long one call may be in progress before it acts

  StallWatch();
  ~StallWatch();

  void watch(std::shared_ptr<Lead> lead);
  void forget(const Lead& lead);  // its thread has nothing more to serve
  // Calls expire() after that time, unless the work is gone by then.
  void limit(const std::shared_ptr<Timed>& work, std::chrono::seconds time = patience);
  void expire_all();  // the supervisor ends: all work in progress or with a limit expires now

 private:
  friend class Lead;
  void run();
  struct Watched {
    std::shared_ptr<Lead> lead;
    std::uint64_t seen;  // its section at the last tick
  };
  bool look(Watched& watched);
  void look_at_all(std::unique_lock<std::mutex>& lock);
  void expire_late(std::unique_lock<std::mutex>& lock);
  void wake();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, std::weak_ptr<Timed>> limits_;
  std::vector<Watched> leads_;
  int quiet_ticks_ = 0;
  std::atomic<bool> asleep_{false};
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace scsup
