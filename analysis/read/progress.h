// A line on stderr that shows the progress of reading: on a terminal, after the first second.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace scsup::analysis {

class Progress {
 public:
  explicit Progress(std::uint64_t total_bytes);  // 0: not known
  ~Progress();                                   // removes the line

  std::atomic<std::uint64_t>* counter() { return &read_; }

 private:
  void show();

  const std::uint64_t total_;
  std::atomic<std::uint64_t> read_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace scsup::analysis
