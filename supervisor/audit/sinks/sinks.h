// Where records go beside the file, which stays the truth: the journal, a unix socket. And the last seal to
// syslog(3), out of reach of who rewrites the file. None of them is waited for: what they don't take at once
// is dropped there, and counted.
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

// Thread-safe: the first lines are written by who begins the log, while the committer asks already what is due.
class Sinks {
 public:
  // `syslog`: its socket.
  explicit Sinks(const AuditSettings& settings, const char* syslog = "/dev/log");
  ~Sinks();

  void take(std::string_view lines);  // whole lines

  using Time = std::chrono::steady_clock::time_point;
  // The last seal ("": none). syslog is told now, or once the interval is over.
  void set_head(std::string_view head);
  // When the head that nobody was told yet is to be told. Nothing: there is none.
  std::optional<Time> head_is_due() const;
  void tell_head();  // now, if nobody was told it yet

 private:
  std::optional<Time> due() const;  // these two with the lock
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
