// Logs to read: files, directories of segments, standard input; compressed (zstd) or not. Lines come in
// blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scsup::analysis {

// Whole lines, each with its '\n', in their order. The last line of an input may lack it. Behind the text
// there is LineReader::padding to read.
struct Block {
  std::size_t file = 0;          // index in Source::files()
  std::uint64_t offset = 0;      // of the text in the file (uncompressed)
  std::uint64_t first_line = 0;  // its number in the file, from 1
  std::string_view text;
  std::vector<char> memory;  // of the text; used again for the next block
};

class Input;

class Source {
 public:
  // "-": standard input. Of a directory, its *.jsonl and *.jsonl.zst, by name. None: the usual log.
  static Result<Source> open(const std::vector<std::string>& names);
  Source(Source&&) noexcept;
  ~Source();

  // The next block; false when there are no more. A file that can't be read is an error; what came before it
  // is good. Not thread-safe.
  Result<bool> next(Block& block);

  const std::vector<std::string>& files() const { return files_; }
  std::uint64_t total_bytes() const { return total_; }  // of plain files, on the disk; 0: not known

 private:
  Source();
  Result<bool> begin();
  std::vector<std::string> files_;
  std::size_t at_ = 0;
  std::uint64_t total_ = 0;
  std::unique_ptr<Input> input_;  // of files_[at_]
  std::string left_;              // the beginning of a line
  std::uint64_t offset_ = 0, line_ = 1;
  bool ended_ = false;
};

// Where scsup writes its log when nobody says otherwise: $SCSUP_AUDIT, else scsup/audit.jsonl in the XDG
// state directory.
std::string usual_log();

// A line that is longer is cut into pieces that are no JSON.
inline constexpr std::size_t longest_line = 64u << 20;  // bytes

}  // namespace scsup::analysis
