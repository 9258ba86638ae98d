// Reports the service's state to the service manager: the protocol of sd_notify(3), one datagram per message to
// $NOTIFY_SOCKET. Without that variable everything here does nothing.
//
// Implemented here and not by libsystemd, for the reason in passed_sockets.h; sd_notify(3) documents the protocol for
// such use.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

// Thread-safe once made.
class NotifySocket {
 public:
  NotifySocket() = default;  // says nothing
  // Takes the variable out of the environment. An error if it is not the address of a unix socket. To be called
  // before there are threads.
  static Result<NotifySocket> from_environment();

  explicit operator bool() const { return static_cast<bool>(socket_); }

  // Each waits at most a second for a manager that doesn't read. A failure is ignored: the manager notices the
  // missing message by itself.
  void ready(std::string_view status) const;
  void reloading() const;  // must be followed by ready()
  void stopping(std::string_view status) const;
  void status(std::string_view status) const;  // one line, for systemctl status
  void alive() const;                          // for the watchdog; never waits

 private:
  enum class Wait { yes, no };
  void send(std::string message, Wait wait) const;
  Fd socket_;  // connected
};

// The longest interval between two alive() that the service manager accepts: $WATCHDOG_USEC, if it is for this
// process ($WATCHDOG_PID), as in sd_watchdog_enabled(3). Takes the variables out of the environment.
std::optional<std::chrono::microseconds> take_watchdog_interval();

}  // namespace scsup
