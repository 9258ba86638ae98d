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
  // "-" for standard input. Compressed if it begins with zstd's magic number. NAME.zst, where NAME has gone:
  // a segment that was compressed meanwhile.
  static Result<std::unique_ptr<Input>> open(const std::string& name);
  // The same, of what is open already.
  static Result<std::unique_ptr<Input>> open(Fd fd, const std::string& name);
  virtual ~Input() = default;
  // Up to `size` bytes; 0 at the end.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;

  // How long it is, when bytes can be read from any place of it by several threads: a file that isn't
  // compressed. It may grow and shrink meanwhile.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
  // Up to `size` bytes that stand at `offset`; 0 behind the end. Only of what has a size().
  virtual Result<std::size_t> read_at(char* to, std::size_t size, std::uint64_t offset) const;
};

}  // namespace scsup::analysis
