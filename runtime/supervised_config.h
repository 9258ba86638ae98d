// Puts a policy into a container's configuration (config.json of the OCI runtime specification).
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "runtime/settings.h"

namespace scsup::runtime {

// The text with linux.seccomp merged (merged_profile.h); nothing if it needs no change. `file` names places in it.
// Reads the policy's file.
//
// The policy is the one that the annotation io.scsup.policy names, or listenerMetadata of a profile that was made for
// our listener (`scsup policy oci`), else the default. Fails, and the container must not start, if there is none, if
// another agent has the listener, or if the configuration makes the runtime bypass the profile.
Result<std::optional<std::string>> supervised_config(const std::string& text, const std::string& file,
                                                     const Settings& settings);

}  // namespace scsup::runtime
