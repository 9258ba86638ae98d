#include "analysis/read/progress.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace scsup::analysis {

Progress::Progress(std::uint64_t total_bytes) : total_(total_bytes) {
  if (isatty(STDERR_FILENO)) thread_ = std::thread([this] { show(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Progress::show() {
  using namespace std::chrono_literals;
  std::unique_lock lock(mutex_);
  bool shown = false;
  for (auto wait = 1000ms; !changed_.wait_for(lock, wait, [this] { return ended_; }); wait = 200ms) {
    shown = true;
    const std::uint64_t read = read_;
    if (total_ != 0)
      std::fprintf(stderr, "\rscsup-audit: %3.0f %%\033[K",
                   100.0 * static_cast<double>(read) / static_cast<double>(total_));
    else
      std::fprintf(stderr, "\rscsup-audit: %llu MB\033[K", static_cast<unsigned long long>(read / 1000000));
  }
  if (shown) std::fputs("\r\033[K", stderr);
}

}  // namespace scsup::analysis
