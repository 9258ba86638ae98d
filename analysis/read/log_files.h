// Which files a log's name on the command line refers to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

struct LogFile {
  std::string name;
  // Open if it may get another name before its turn, because it is being written. Else empty.
  Fd open;
};

// Oldest first. For a file or "-": itself. For a directory: its *.jsonl and *.jsonl.zst, by name. For the control
// socket of a service: the closed segments of its log, and the current file. A rotation meanwhile loses nothing, and
// no file is listed twice.
Result<std::vector<LogFile>> log_files(const std::string& name);

// The file that is being written: for a directory its audit.jsonl.
Result<std::string> live_file(const std::string& name);

// A closed segment: "audit-17.jsonl" of "audit.jsonl".
struct ClosedSegment {
  std::int64_t first_seq;
  std::string path;  // without ".zst", if it is there in both forms or plain
};
// By their numbers.
std::vector<ClosedSegment> closed_segments(const std::string& file);

// Where scsup writes its log by default: $SCSUP_AUDIT, else scsup/audit.jsonl in the XDG state directory.
std::string usual_log();

}  // namespace scsup::analysis
