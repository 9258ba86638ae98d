// The config.json of an OCI bundle: read once, replaced as a whole.
//
// Works on the directory that was opened, and follows no link at the file: a user who can write into a bundle must
// not be able to have another file read or written. No reader sees half of it; mode and owner stay.
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::runtime {

inline constexpr std::size_t bundle_config_size_limit = 16u << 20;  // bytes

class Bundle {
 public:
  // `config` is relative to the bundle, or absolute.
  static Result<Bundle> open(const std::string& bundle, const std::string& config);

  const std::string& text() const { return text_; }
  const std::string& file() const { return file_; }  // for messages
  Result<void> replace(const std::string& text) const;

 private:
  Bundle() = default;
  Fd directory_;
  std::string name_, file_, text_;
  struct stat status_ {};
};

}  // namespace scsup::runtime
