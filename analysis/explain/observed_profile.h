// A Docker/OCI profile that allows what a log shows.
#pragma once

#include <string>

#include "analysis/explain/observed_calls.h"

namespace scsup::analysis {

// As JSON, indented: everything else fails with ENOSYS, so that libraries fall back on older calls. `comment` is put
// at the entry for the observed calls.
std::string observed_profile(const ObservedCalls& calls, const std::string& comment);

}  // namespace scsup::analysis
