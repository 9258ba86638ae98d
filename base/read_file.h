// Reading a small file that a person wrote: a policy, a config.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace scsup {

struct ReadFile {
  std::string text;
  struct stat status {};  // of the file that was read
};

// All of a regular file of at most `limit` bytes. `what` names it in messages: "cannot read the policy 'x'". Never
// waits: a FIFO, a directory or a device is an error, as is a file that grows past the limit.
Result<ReadFile> read_regular_file(const std::string& file, std::string_view what, std::size_t limit);

}  // namespace scsup
