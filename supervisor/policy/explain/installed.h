// A filter can't be changed once it is installed. This compares what a policy needs with what the filter of an
// earlier one lets the supervisor decide.
#pragma once

#include <string>
#include <vector>

#include "supervisor/policy/policy.h"

namespace scsup {

// A call that the installed filter goes on deciding in its own way.
struct StillDecided {
  std::string syscall;  // "rename"
  std::string how;      // "allow", "deny with EPERM", "by its arguments"
  bool operator==(const StillDecided&) const = default;
};

// The calls of `wanted` that have no effect under the filter of `installed`, by name. A call that the installed
// filter always traps is decided by `wanted`, whatever that says. `by_engine`: a container engine made the filter
// from `installed`, and it also traps each exec.
std::vector<StillDecided> still_decided(const Policy& installed, const Policy& wanted, bool by_engine);

// The names of the calls that the filter traps, always or under conditions; sorted.
std::vector<std::string> trapped_calls(const Policy& policy);

}  // namespace scsup
