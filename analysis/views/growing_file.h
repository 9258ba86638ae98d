// A log's file while it is being written: its lines as they come, over rotations and truncations.
//
// The writer renames audit.jsonl to audit-<first seq>.jsonl and begins a new audit.jsonl (scsup-audit(5)).
// Who was not looking for a while finds several new segments; those between are read too, whole.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

class GrowingFile {
 public:
  // Behind each line there is LineReader::padding to read.
  using Take = std::function<void(std::string_view line)>;

  // A plain file; anything else is EINVAL.
  static Result<GrowingFile> open(const std::string& path);

  const std::string& path() const { return path_; }
  std::uint64_t size() const;  // bytes, now
  // From the first line that begins there or behind. Nothing of what was read before is kept.
  Result<void> start_at(std::uint64_t offset);
  // All whole lines that are there now.
  Result<void> read(const Take& take);

  enum class Change : std::uint8_t {
    none,
    truncated,  // it is read from its beginning again
    replaced    // the rest of the old one was given, and read() goes on with what has its name now
  };
  // Looks whether it is still what it was. `last_seq`: of what was read so far; closed segments that begin
  // behind it are given too.
  Result<Change> look(std::int64_t last_seq, const Take& take);

 private:
  GrowingFile() = default;
  Result<void> become(Fd fd);
  // Closed segments that nobody has read, by number; each may be compressed, or be just now.
  std::vector<std::string> missed(std::int64_t last_seq, const Fd& next) const;

  std::string path_;
  Fd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::uint64_t offset_ = 0;  // of the next byte to read
  std::vector<char> memory_;  // the beginning of a line, then room
  std::size_t have_ = 0;      // bytes of it
};

}  // namespace scsup::analysis
