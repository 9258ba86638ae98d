#include "supervisor/audit/sinks/socket_sink.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scsup {

bool SocketSink::is_connected() {
  if (socket_) return true;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_attempt_) return false;
  next_attempt_ = now + std::chrono::seconds(1);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  path_.copy(address.sun_path, path_.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket || connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return false;
  socket_ = std::move(socket);
  return true;
}

void SocketSink::send_kept() {
  while (!kept_.empty()) {
    const ssize_t sent = send(socket_.get(), kept_.data(), kept_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      if (errno == EAGAIN) return;
      // A new reader starts with a whole line.
      missed_ += static_cast<std::uint64_t>(std::ranges::count(kept_, '\n'));
      kept_.clear();
      socket_.reset();
      return;
    }
    kept_.erase(0, static_cast<std::size_t>(sent));
  }
}

void SocketSink::take(std::string_view lines) {
  const auto count = static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
  const bool connected = is_connected();
  if (connected) send_kept();
  if (!socket_ || kept_.size() + lines.size() > most_kept) {
    missed_ += count;
    return;
  }
  if (missed_ != 0) {
    kept_ += R"({"type":"gap","lost":)" + std::to_string(missed_) +
             R"(,"cause":"this socket's reader"})"
             "\n";
    missed_ = 0;
  }
  kept_ += lines;
  send_kept();
}

}  // namespace scsup
