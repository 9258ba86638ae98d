// The text of a policy file that a command was given.
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::analysis {

// At most as much as a policy may have.
Result<std::string> policy_from_file(const std::string& name);

}  // namespace scsup::analysis
