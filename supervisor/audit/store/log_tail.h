// The end of a log that was written before: what comes next, and whether it ends well.
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

// What a `seal` says, as far as the next one needs it.
struct SealPoint {
  std::uint64_t last_seq = 0;
  std::string sha256;
  off_t end = 0;  // of its line
  bool has_key = false;
};

struct LogTail {
  off_t good_end = 0;  // behind the last whole line; what comes after it is torn
  std::uint64_t last_seq = 0;
  std::optional<SealPoint> seal;  // the last one
};

// Looks at the last MiB of the `size` bytes, and further where a line is longer. An Error if what is there
// was not written by scsup: nothing may be cut from a file that is somebody else's.
enum class Until { number, seal };  // how far back to look
// `known`: where a line ends, as far as it was looked at before; 0: nothing is known.
Result<LogTail> look_at_tail(const Fd& log, off_t size, Until until, off_t known = 0);

// The same of a closed segment, compressed or not.
Result<LogTail> tail_of_segment(const std::string& path, Until until);
// The number of a log's first line.
Result<std::uint64_t> first_seq_of(const Fd& log);
// When the file was made (statx(2)), where the file system knows.
std::optional<std::int64_t> birth_ns(const Fd& file);
// Copies what lies behind `from` to a new file (0600), and has it on the disk. How many bytes.
Result<off_t> keep_end(const Fd& log, off_t from, const std::string& to);

// Of a line: its number (a seal's: the last one that it covers), its run; 0 and "" if there is none. The line
// is taken as our own writer's, which has them at its start.
std::uint64_t seq_of(std::string_view line);
std::string_view run_of(std::string_view line);
// A member whose value is a word; "" if there is none.
std::string_view text_member(std::string_view line, std::string_view name);
// What of it this writer could have written: begins as a record and ends as one, no control character.
bool is_whole(std::string_view line);

// Lines that a run was about to append.
struct Batch {
  std::string_view run;
  std::uint64_t first_seq;
  std::uint64_t most;  // how many
};
// How many of them are there, behind `skipped` bytes.
Result<std::uint64_t> count_lines(LogBytes bytes, off_t skipped, const Batch& batch);

}  // namespace scsup
