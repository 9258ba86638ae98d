// The bytes of one log, uncompressed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

class Input {
 public:
  // "-" for standard input. Compressed if it begins with zstd's magic number. Opens NAME.zst if NAME has gone: a
  // segment that was compressed meanwhile.
  static Result<std::unique_ptr<Input>> open(const std::string& name);
  // The same for an open file.
  static Result<std::unique_ptr<Input>> open(Fd fd, const std::string& name);
  virtual ~Input() = default;
  // Up to `size` bytes; 0 at the end.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;

  // Its length, if several threads can read bytes at any offset: for a file that isn't compressed. It may grow and
  // shrink meanwhile.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
  // Up to `size` bytes at `offset`; 0 after the end. Only if it has a size().
  virtual Result<std::size_t> read_at(char* to, std::size_t size, std::uint64_t offset) const;
};

}  // namespace scsup::analysis
