#include "supervisor/service/notify.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/printable.h"
#include "supervisor/service/manager_variable.h"

namespace scsup {
namespace {

// A line feed would begin another assignment.
std::string assignment(std::string_view status) {
  return "STATUS=" + printable(status, Backslash::kept) + "\n";
}

}  // namespace

Result<NotifySocket> NotifySocket::from_environment() {
  std::string name = take_variable("NOTIFY_SOCKET");
  NotifySocket notify;
  if (name.empty()) return notify;
  const std::string cannot = "cannot tell the service manager at $NOTIFY_SOCKET '" + name + "'";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name[0] != '/' && name[0] != '@') return failed(0, cannot + ": it is no unix socket");
  if (name.size() >= sizeof address.sun_path) return failed(ENAMETOOLONG, cannot);
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';  // abstract (unix(7))
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  notify.socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!notify.socket_ || ::connect(notify.socket_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0)
    return failed(cannot);
  const timeval patience{1, 0};
  (void)::setsockopt(notify.socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return notify;
}

void NotifySocket::send(std::string message, Wait wait) const {
  if (!socket_) return;
  const int flags = MSG_NOSIGNAL | (wait == Wait::no ? MSG_DONTWAIT : 0);
  while (::send(socket_.get(), message.data(), message.size(), flags) < 0 && errno == EINTR) {
  }
}

void NotifySocket::ready(std::string_view status) const { send("READY=1\n" + assignment(status), Wait::yes); }

void NotifySocket::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\n", Wait::yes);
}

void NotifySocket::stopping(std::string_view status) const {
  send("STOPPING=1\n" + assignment(status), Wait::yes);
}

void NotifySocket::status(std::string_view status) const { send(assignment(status), Wait::yes); }

void NotifySocket::alive() const { send("WATCHDOG=1\n", Wait::no); }

std::optional<std::chrono::microseconds> take_watchdog_interval() {
  const auto interval = number_in(take_variable("WATCHDOG_USEC"));
  const std::string pid = take_variable("WATCHDOG_PID");
  if (!pid.empty() && number_in(pid) != static_cast<std::uint64_t>(::getpid())) return std::nullopt;
  constexpr std::uint64_t longest = 1'000'000'000'000;  // eleven days: a longer interval is not a watchdog's
  if (!interval || *interval == 0 || *interval > longest) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

}  // namespace scsup
