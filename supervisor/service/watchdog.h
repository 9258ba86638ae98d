// Tells the service manager that the loops go round; when one no longer does, the manager misses it
// (WatchdogSec= in systemd.service(5)) and starts the service anew.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/loop/loop.h"
#include "supervisor/service/notify.h"

namespace scsup {

class Watchdog {
 public:
  // One source for each of `loops` loops, to be added to it. The manager is told at half of `interval` at
  // the latest, and only if every loop has come round since it was told last. `notify` outlives them.
  static Result<std::vector<std::shared_ptr<Source>>> sources(const NotifySocket& notify,
                                                              std::chrono::microseconds interval,
                                                              std::size_t loops = 1);

 private:
  class Pulse;
  Watchdog(const NotifySocket& notify, std::size_t loops) : notify_(notify), beats_(loops, false) {}
  void beat(std::size_t loop);

  const NotifySocket& notify_;
  std::mutex mutex_;
  std::vector<bool> beats_;  // since the manager was told last
};

}  // namespace scsup
