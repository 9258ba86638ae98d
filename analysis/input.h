// The bytes of one log, uncompressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

class Input {
 public:
  // "-" for standard input. Compressed if it begins with zstd's magic number.
  static Result<std::unique_ptr<Input>> open(const std::string& name);
  virtual ~Input() = default;
  // Up to `size` bytes; 0 at the end.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
};

}  // namespace scsup::analysis
