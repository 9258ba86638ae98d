// Tells the service manager that the loops are alive; when one no longer is, the manager misses the message
// (WatchdogSec= in systemd.service(5)) and restarts the service.
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
  // One source for each of `loops` loops, to be added to it. The manager gets a message after half of `interval` at
  // the latest, and only if every loop has run since the last one. `notify` outlives the sources.
  static Result<std::vector<std::shared_ptr<Source>>> sources(const NotifySocket& notify,
                                                              std::chrono::microseconds interval,
                                                              std::size_t loops = 1);

 private:
  class Pulse;
  Watchdog(const NotifySocket& notify, std::size_t loops) : notify_(notify), beats_(loops, false) {}
  void beat(std::size_t loop);

  const NotifySocket& notify_;
  std::mutex mutex_;
  std::vector<bool> beats_;  // since the last message to the manager
};

}  // namespace scsup
