// Logs to read, compressed (zstd) or not. They come in pieces, each for one thread, and a piece in blocks of
// whole lines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

// Whole lines, each with its '\n', in order. The last line of an input may lack it. After the text
// LineReader::padding bytes are readable.
struct Block {
  std::uint64_t offset = 0;  // of the text in the file (uncompressed)
  std::string_view text;
};

class Input;

// The lines that begin in a range of one file, or the next ones of a stream. Reused for the next piece, with its
// memory. For one thread.
class Piece {
 public:
  std::size_t file = 0;    // index in Source::files()
  std::size_t number = 0;  // pieces are numbered in their lines' order, over all files

  // The next block, valid until the one after it is read; false if there are no more. A file that can't be read is an
  // error.
  Result<bool> next(Block& block);

 private:
  friend class Source;
  Result<bool> next_of_range(Block& block);
  void make_room(std::size_t size);

  std::vector<char> memory_;
  // Of a stream: what was read for us.
  bool waits_ = false;
  Block read_;
  // Of a file.
  std::shared_ptr<const Input> input_;  // nullptr: it belongs to a stream, or everything was returned
  std::uint64_t at_ = 0, end_ = 0;      // where to read next, where the range ends
  std::size_t kept_ = 0, left_ = 0;     // after the last block: offset in memory_, number of bytes
  bool begins_inside_ = false;          // the next bytes may be the end of a line that isn't ours
};

class Source {
 public:
  // Each name is one for log_files(). None: the usual log.
  static Result<Source> open(const std::vector<std::string>& names);
  Source(Source&&) noexcept;
  ~Source();

  // The next piece; false if there are no more. A file that can't be read is an error; pieces before it are good. Not
  // thread-safe, but pieces are.
  Result<bool> next(Piece& piece);

  const std::vector<std::string>& files() const { return files_; }
  std::uint64_t total_bytes() const { return total_; }  // of plain files, on the disk; 0: not known

 private:
  Source();
  Result<bool> begin();
  Result<bool> next_of_stream(Piece& piece);
  void end_file();

  std::vector<std::string> files_;
  std::vector<Fd> open_;  // of each; empty: not yet
  std::size_t at_ = 0, number_ = 0;
  std::uint64_t total_ = 0;
  std::shared_ptr<Input> input_;  // of files_[at_]
  std::uint64_t offset_ = 0;      // of what comes next, in it
  std::string left_;              // of a stream: the beginning of a line
  bool ended_ = false;            // of a stream
};

// A longer line may be cut: what is left of it is not JSON.
inline constexpr std::size_t longest_line = 64u << 20;  // bytes

}  // namespace scsup::analysis
