// A container's configuration (config.json of the OCI runtime specification) with a policy in it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "runtime/settings.h"

namespace scsup::runtime {

// The text with linux.seccomp merged (merged_profile.h); nothing when it says all that already. `file` is how
// places in it are named. Reads the policy's file.
//
// The policy is the one that the annotation io.scsup.policy names, or listenerMetadata of a profile that was
// made for our listener (`scsup policy oci`), else the default. Fails, and the container must not start, when
// there is none, when another agent has the listener, or when the configuration has the runtime go around the
// profile.
Result<std::optional<std::string>> supervised_config(const std::string& text, const std::string& file,
                                                     const Settings& settings);

}  // namespace scsup::runtime
