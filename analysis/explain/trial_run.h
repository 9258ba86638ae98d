// Runs a command under a policy that was just made.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace scsup::analysis {

// Runs `command` with the scsup beside this program, else the one in $PATH. Meanwhile the policy is in a file of its
// own below $TMPDIR, or /tmp; there is no audit log. Returns the command's exit status; 128 and the signal if a
// signal killed it.
Result<int> trial_run(const std::string& policy, const std::vector<std::string>& command);

}  // namespace scsup::analysis
