// The program that does the work: runc, crun...
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/settings.h"

namespace scsup::runtime {

// Its path. Never scsup-runtime itself, by whatever name.
Result<std::string> find_runtime(const Settings& settings);

// Becomes that program with these arguments; the Error says why it failed.
Result<void> become(const std::string& path, const std::vector<std::string>& arguments);

}  // namespace scsup::runtime
