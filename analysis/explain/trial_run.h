// A command under a policy that was just made.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace scsup::analysis {

// Runs `command` with the scsup that lies beside this program, else the one in $PATH. The policy lies in a
// file of its own below $TMPDIR, or /tmp, for that time; there is no audit log. The command's exit status;
// 128 and the signal for one that was killed.
Result<int> trial_run(const std::string& policy, const std::vector<std::string>& command);

}  // namespace scsup::analysis
