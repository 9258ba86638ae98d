// The end of a log that was written before: the next number, and whether the end is intact.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/audit/store/log_bytes.h"

namespace scsup {

// What the next seal needs to know of a `seal`.
struct SealPoint {
  std::uint64_t last_seq = 0;
  std::string sha256;
  off_t end = 0;  // of its line
  bool has_key = false;
};

struct LogTail {
  off_t good_end = 0;  // after the last whole line; what follows is torn
  std::uint64_t last_seq = 0;
  std::optional<SealPoint> seal;  // the last one
};

// Looks at the last MiB of the `size` bytes, and further if a line is longer. An Error if scsup has not written what
// is there: nothing may be cut from another program's file.
enum class Until { number, seal };  // how far back to look
// `known`: the end of a line, up to which the file was checked before; 0: unknown.
Result<LogTail> look_at_tail(const Fd& log, off_t size, Until until, off_t known = 0);

// The same for a closed segment, compressed or not.
Result<LogTail> tail_of_segment(const std::string& path, Until until);
// The number of a log's first line.
Result<std::uint64_t> first_seq_of(const Fd& log);
// When the file was created (statx(2)), if the file system records that.
std::optional<std::int64_t> birth_ns(const Fd& file);
// Copies everything after `from` to a new file (0600), and syncs it. Returns the number of bytes.
Result<off_t> keep_end(const Fd& log, off_t from, const std::string& to);

// A line's number (a seal's: the last one that it covers), its run; 0 and "" if there is none. The line must be our
// own writer's, which has them at its start.
std::uint64_t seq_of(std::string_view line);
std::string_view run_of(std::string_view line);
// A member whose value is a word; "" if there is none.
std::string_view text_member(std::string_view line, std::string_view name);
// Could this writer have written the line: does it begin and end as a record, without control characters?
bool is_whole(std::string_view line);

// Lines that a run was about to append.
struct Batch {
  std::string_view run;
  std::uint64_t first_seq;
  std::uint64_t most;  // how many lines
};
// How many of them are there, after `skipped` bytes.
Result<std::uint64_t> count_lines(LogBytes bytes, off_t skipped, const Batch& batch);

}  // namespace scsup
