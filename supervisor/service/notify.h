// Telling the service manager how the service is: the protocol of sd_notify(3), one datagram a message to
// $NOTIFY_SOCKET. Without that variable everything here does nothing.
//
// Of our own, not libsystemd's, for the reason in passed_sockets.h; sd_notify(3) documents the protocol for
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
  // Takes the variable out of the environment. An error when it is no address of a unix socket. To be called
  // before there are threads.
  static Result<NotifySocket> from_environment();

  explicit operator bool() const { return static_cast<bool>(socket_); }

  // Each waits a second at most for a manager that doesn't read. A failure is nobody's trouble but the
  // manager's, which will miss the message by itself.
  void ready(std::string_view status) const;
  void reloading() const;  // to be followed by ready()
  void stopping(std::string_view status) const;
  void status(std::string_view status) const;  // one line, for systemctl status
  void alive() const;                          // the watchdog's; never waits

 private:
  enum class Wait { yes, no };
  void send(std::string message, Wait wait) const;
  Fd socket_;  // connected
};

// How often the service manager wants to hear alive(), at the least: $WATCHDOG_USEC, if it is meant for this
// process ($WATCHDOG_PID), as sd_watchdog_enabled(3). Takes the variables out of the environment.
std::optional<std::chrono::microseconds> take_watchdog_interval();

}  // namespace scsup
