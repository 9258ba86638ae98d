// Threads for work that may block. One is started if a job finds none idle, so a job waits behind another one only if
// no more threads can be had. Each session limits its own number of jobs here. The pool lives as long as the process.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace scsup {

class Workers {
 public:
  using Job = std::function<void()>;
  // `prepare` runs first on every new thread. The first one is started at once: std::runtime_error.
  explicit Workers(std::function<void()> prepare);

  void submit(Job job);
  // Waits at most `seconds` until no job is left. False: some are stuck.
  bool drain(int seconds);

 private:
  void work();

  std::function<void()> prepare_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  unsigned idle_ = 0;
  unsigned busy_ = 0;
};

}  // namespace scsup
