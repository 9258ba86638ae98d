// A container engine's own seccomp section with a policy's calls added: scsup-runtime writes it into a bundle's
// config.json.
//
// Never weaker than the section was: what it denies stays denied with the same action, and what it allows the policy
// may restrict. Each call that the policy doesn't plainly let through is notified where the engine's section allows
// it, under the same conditions on registers. A section that allows by default is closed first (edited_profile.h), so
// that calls that the engine's libseccomp can't name don't bypass the policy. ABIs that the policy doesn't admit are
// not admitted. Doing it twice is the same as once.
#pragma once

#include <string>

#include "base/result.h"
#include "supervisor/policy/policy.h"
#include "supervisor/policy/text/json.h"

namespace scsup {

struct Agent {
  std::string listener, metadata;  // "listenerPath", "listenerMetadata"
};

// `section` is linux.seccomp, or null if the container has none: then everything was allowed. Errors name their place
// in `file`, or the policy's.
Result<Json> merged_profile(const Json& section, const std::string& file, const Policy& policy,
                            const Agent& agent);

}  // namespace scsup
