#include "supervisor/audit/sinks/journald_sink.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "supervisor/audit/store/log_tail.h"

namespace scsup {
namespace {

// The most that the kernel accepts as one datagram of an ordinary socket; a longer record is cut, and says so.
constexpr std::size_t longest = 100'000;

Fd datagram_socket() { return Fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

bool send_to(const Fd& socket, const char* path, std::string_view bytes) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  return sendto(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

JournaldSink::JournaldSink(const char* socket) : path_(socket), socket_(datagram_socket()) {}

// A line contains no newline, so the simple form FIELD=value suffices.
void JournaldSink::take(std::string_view lines) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> fields = {
      {{"SCSUP_TYPE", "type"}, {"SCSUP_ACT", "act"}}};
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    std::string entry = "PRIORITY=6\nSYSLOG_IDENTIFIER=scsup-audit\n";
    for (const auto& [field, name] : fields)
      if (const std::string_view value = text_member(line, name); !value.empty())
        entry.append(field).append("=").append(value).append("\n");
    if (const std::uint64_t seq = seq_of(line); seq != 0) entry += "SCSUP_SEQ=" + std::to_string(seq) + "\n";
    entry.append(line.size() > longest ? "SCSUP_CUT=1\nMESSAGE=" : "MESSAGE=");
    entry.append(line.substr(0, longest)).append("\n");
    send_to(socket_, path_, entry);
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
  }
}

bool send_to_syslog(std::string_view message, const char* path) {
  constexpr int authpriv_notice = (10 << 3) | 5;
  const Fd socket = datagram_socket();
  return socket && send_to(socket, path,
                           "<" + std::to_string(authpriv_notice) + ">scsup[" + std::to_string(getpid()) +
                               "]: " + std::string(message));
}

}  // namespace scsup
