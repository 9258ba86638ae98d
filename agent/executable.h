// Which file a command's name means, found before the filter is loaded.
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::agent {

// A path for execve. A name without a slash is looked for in $PATH as in a shell: an empty element is the working
// directory; files that can't be executed and directories that can't be searched are passed over. Error::err is
// ENOENT if there is no such file; Error::what names no command ("not found in $PATH").
Result<std::string> find_executable(const std::string& name);

}  // namespace scsup::agent
