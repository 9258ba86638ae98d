// The text of a policy file from the command line.
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::analysis {

// Reads at most as much as a policy may have.
Result<std::string> policy_from_file(const std::string& name);

}  // namespace scsup::analysis
