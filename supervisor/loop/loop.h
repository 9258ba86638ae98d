// The event loop: sources of events, and one thread at a time that leads.
//
// The leading thread waits for readiness and serves one event of each source to its end, answers included. If it gets
// stuck in a section (stall_watch.h) another thread takes the lead with an engine of its own (readiness.h); readiness
// is level-triggered, so nothing is lost with the old one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/loop/stall_watch.h"

namespace scsup {

class Readiness;

class Source {
 public:
  virtual ~Source() = default;
  virtual int fd() const = 0;       // the same one for its whole life
  enum class Next { again, done };  // done: the loop lets go of the source
  // Handles one event. `ready` is a set of poll(2)'s bits.
  virtual Next serve(std::uint32_t ready, Lead& lead) = 0;
};

class Loop {
 public:
  // `prepare` runs first on every thread that leads.
  explicit Loop(std::function<void()> prepare);
  ~Loop();

  // Thread-safe, like all of these.
  void add(std::shared_ptr<Source> source);
  // Makes run() return after the current event.
  void stop();

  // Starts serving, on its own thread. A failure: no engine could be made, and nothing will be served.
  Result<void> start();
  // Waits until stop() has taken effect, or until serving failed. After start().
  Result<void> wait();
  Result<void> run();  // both
  // The engine in use: "io_uring" or "epoll". After start().
  std::string_view engine() const;

  StallWatch& stall_watch() { return watch_; }
  // To be called first on every thread that acts for targets.
  void prepare_thread() const { prepare_(); }

 private:
  void start_leader();
  void lead(const std::shared_ptr<Lead>& lead);
  Result<void> serve_until_lost(Lead& lead, Readiness& readiness);
  void arm_new(Readiness& readiness);
  void wake();

  std::function<void()> prepare_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // engine_, result_ or leading_
  std::unordered_map<Source*, std::shared_ptr<Source>> sources_;
  std::vector<Source*> unarmed_;
  Fd wake_;  // an eventfd: something is to be armed, or it is time to stop
  std::atomic<bool> has_new_{false};
  std::atomic<bool> stopped_{false};
  bool leading_ = false;     // the last leader has not yet left
  std::string_view engine_;  // "": no leader has one yet
  Result<void> result_;
  StallWatch watch_;
};

}  // namespace scsup
