// The options of `scsup run`, for all code that reads such a command line.
#pragma once

#include <vector>

#include "cli/options.h"

namespace scsup {

extern const std::vector<Option> run_options;

}  // namespace scsup
