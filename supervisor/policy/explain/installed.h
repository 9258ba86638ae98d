// A filter can't be changed once it is on. This compares what a policy asks for with what the filter of
// another one, installed before, lets the supervisor decide.
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

// What of `wanted` has no effect under the filter of `installed`, by name. A call that the installed filter
// always shows to the supervisor is decided by `wanted`, whatever that says.
// `by_engine`: the filter was made by a container engine of `installed`, and shows each exec besides.
std::vector<StillDecided> still_decided(const Policy& installed, const Policy& wanted, bool by_engine);

// The names of the calls that the filter shows to the supervisor, all of them or under conditions; sorted.
std::vector<std::string> trapped_calls(const Policy& policy);

}  // namespace scsup
