// Which file a command's name means, found before the filter is loaded.
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::agent {

// A path for execve. A name without a slash is looked for in $PATH as a shell does: an empty element is the
// working directory, a file that can't be executed is passed over, a folder that can't be searched has none.
// Error::err is ENOENT when there is no such file; Error::what names no command ("not found in $PATH").
Result<std::string> find_executable(const std::string& name);

}  // namespace scsup::agent
