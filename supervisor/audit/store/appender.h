// Where records are appended: a file with what belongs to it (LogFile), or a stream (LogStream).
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
  bool over = true;            // nothing of it is to be appended again
  std::optional<Error> error;  // not all is well
};

// Called when it is known where the lines will be, before they are: from which offset, and their first
// number.
using Announce = std::function<void(off_t offset, std::uint64_t first_seq)>;

// One thread at a time.
class Appender {
 public:
  virtual ~Appender() = default;
  // All of them or none, whole, each with the next number.
  virtual Appended append(std::span<const LogLine> lines, Sync sync, const Announce& announce) = 0;
  // With what each segment begins: the run; then what else holds, in the order of the keys. An empty line: no
  // more.
  virtual void open_with_run(OwnedLine line) = 0;
  virtual void open_with(const std::string& key, OwnedLine line) = 0;
  // A remark of our own, before the next lines; its members but type, run and time, rendered.
  virtual void remark(std::string_view type, std::string members) = 0;
  // The lines of the last append as they stand in the log, and the last seal ("": there are none).
  virtual std::string_view written() const = 0;
  virtual std::string_view head() const { return {}; }
  // Waits for what goes on in the background: nothing more comes.
  virtual void finish() {}
};

}  // namespace scsup
