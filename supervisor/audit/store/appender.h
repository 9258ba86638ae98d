// Where records are appended: a file with its segments (LogFile), or a stream (LogStream).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "supervisor/audit/store/log_line.h"

namespace scsup {

enum class Sync : bool { no, yes };  // fdatasync(2) before it returns

struct Appended {
  bool over = true;            // nothing of it must be appended again
  std::optional<Error> error;  // an error, even if the lines were appended
};

// Called when the position of the lines is known, before they are appended: from which offset, and their first
// number.
using Announce = std::function<void(off_t offset, std::uint64_t first_seq)>;

// One thread at a time.
class Appender {
 public:
  virtual ~Appender() = default;
  // All of them or none, whole, each with the next number.
  virtual Appended append(std::span<const LogLine> lines, Sync sync, const Announce& announce) = 0;
  // Sets what each segment begins with: the run record, then records by key, in the order of the keys. An empty line
  // removes one.
  virtual void open_with_run(OwnedLine line) = 0;
  virtual void open_with(const std::string& key, OwnedLine line) = 0;
  // A record of the appender's own, before the next lines; its members except type, run and time, rendered.
  virtual void remark(std::string_view type, std::string members) = 0;
  // The lines of the last append as they are in the log, and the last seal ("": there are none).
  virtual std::string_view written() const = 0;
  virtual std::string_view head() const { return {}; }
  // Waits for background work: nothing more will be appended.
  virtual void finish() {}
};

}  // namespace scsup
