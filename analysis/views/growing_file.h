// A log's file while it is being written: its lines as they come, over rotations and truncations.
//
// The writer renames audit.jsonl to audit-<first seq>.jsonl and begins a new audit.jsonl (scsup-audit(5)). After a
// pause there may be several new segments; those in between are read too, completely.
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
  // After each line there are LineReader::padding readable bytes.
  using Take = std::function<void(std::string_view line)>;

  // A plain file; anything else is EINVAL.
  static Result<GrowingFile> open(const std::string& path);

  const std::string& path() const { return path_; }
  std::uint64_t size() const;  // bytes, at present
  // Starts at the first line that begins at `offset` or later. Forgets what was read before.
  Result<void> start_at(std::uint64_t offset);
  // All whole lines that are there now.
  Result<void> read(const Take& take);

  enum class Change : std::uint8_t {
    none,
    truncated,  // it is read from its beginning again
    replaced    // the rest of the old file was passed on, and read() continues with the file that has its
                // name now
  };
  // Checks whether it is still the same file. `last_seq`: of what was read so far; closed segments that begin after
  // it are passed on too.
  Result<Change> look(std::int64_t last_seq, const Take& take);

 private:
  GrowingFile() = default;
  Result<void> become(Fd fd);
  // Closed segments that were not read, by number; each may be compressed, or just being compressed.
  std::vector<std::string> missed(std::int64_t last_seq, const Fd& next) const;

  std::string path_;
  Fd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::uint64_t offset_ = 0;  // of the next byte to read
  std::vector<char> memory_;  // the beginning of a line, then free room
  std::size_t have_ = 0;      // bytes of the line
};

}  // namespace scsup::analysis
