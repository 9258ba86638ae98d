// Where records go in addition to the file, which stays authoritative: the journal, a unix socket. And the last seal
// to syslog(3), out of reach of anybody who rewrites the file. scsup waits for none of them: what they don't accept
// at once is dropped and counted.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "supervisor/audit/settings.h"

namespace scsup {

class JournaldSink;
class SocketSink;

// Thread-safe: the thread that begins the log writes the first lines, while the committer already asks what is due.
class Sinks {
 public:
  // `syslog`: its socket.
  explicit Sinks(const AuditSettings& settings, const char* syslog = "/dev/log");
  ~Sinks();

  void take(std::string_view lines);  // whole lines

  using Time = std::chrono::steady_clock::time_point;
  // The last seal ("": none). It is sent to syslog now, or when the interval is over.
  void set_head(std::string_view head);
  // When an unsent head must be sent. Nothing: there is none.
  std::optional<Time> head_is_due() const;
  void tell_head();  // now, if it wasn't sent yet

 private:
  std::optional<Time> due() const;  // call these two with the lock held
  void tell();

  mutable std::mutex mutex_;
  const std::chrono::seconds anchor_;
  const char* const syslog_;
  Time next_anchor_;
  std::string head_, told_;
  std::unique_ptr<JournaldSink> journald_;
  std::unique_ptr<SocketSink> socket_;
};

}  // namespace scsup
