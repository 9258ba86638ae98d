#include "supervisor/service/watchdog.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

namespace scsup {

// A timer on one loop.
class Watchdog::Pulse : public Source {
 public:
  Pulse(std::shared_ptr<Watchdog> watchdog, std::size_t loop, Fd timer)
      : watchdog_(std::move(watchdog)), loop_(loop), timer_(std::move(timer)) {}
  int fd() const override { return timer_.get(); }
  Next serve(std::uint32_t, Lead&) override {
    std::uint64_t times = 0;
    if (::read(timer_.get(), &times, sizeof times) == sizeof times) watchdog_->beat(loop_);
    return Next::again;
  }

 private:
  const std::shared_ptr<Watchdog> watchdog_;
  const std::size_t loop_;
  const Fd timer_;
};

Result<std::vector<std::shared_ptr<Source>>> Watchdog::sources(const NotifySocket& notify,
                                                               std::chrono::microseconds interval,
                                                               std::size_t loops) {
  const std::shared_ptr<Watchdog> watchdog(new Watchdog(notify, loops));
  // Each timer has its own phase: the last one can be as much as a whole period later than the first.
  const auto period = std::max(interval / (loops == 1 ? 2 : 4), std::chrono::microseconds(1));
  const timespec spec{period.count() / 1'000'000, period.count() % 1'000'000 * 1000};
  const itimerspec every{spec, spec};
  std::vector<std::shared_ptr<Source>> sources;
  for (std::size_t loop = 0; loop < loops; ++loop) {
    Fd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer || ::timerfd_settime(timer.get(), 0, &every, nullptr) != 0)
      return failed("cannot set the watchdog's timer");
    sources.push_back(std::make_shared<Pulse>(watchdog, loop, std::move(timer)));
  }
  return sources;
}

void Watchdog::beat(std::size_t loop) {
  const std::lock_guard lock(mutex_);
  beats_[loop] = true;
  if (std::find(beats_.begin(), beats_.end(), false) != beats_.end()) return;
  std::fill(beats_.begin(), beats_.end(), false);
  notify_.alive();  // doesn't wait
}

}  // namespace scsup
