// Shows a reload's result, for `scsup reload` and `scsup policy set`.
#pragma once

#include <vector>

#include "supervisor/control/service.h"

namespace scsup {

// Prints what takes effect now, what needs a restart, and each mistake. False: a policy kept its old version.
bool print_reloaded(const std::vector<control::Reloaded>& policies);

}  // namespace scsup
