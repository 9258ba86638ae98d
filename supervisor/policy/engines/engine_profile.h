// A policy as a profile for Docker, podman and runc: `scsup policy oci`.
//
// The Docker part stays as it is written. The calls that the supervisor has to see are taken out of it and put into
// one SCMP_ACT_NOTIFY entry, without "args": the supervisor knows them. What rules decide without the supervisor
// ("audit": false) becomes entries of its own. If engines can't do what the policy says, it is an error:
// SCMP_ACT_NOTIFY for write or for everything.
#pragma once

#include <string>
#include <vector>

#include "supervisor/policy/policy.h"
#include "supervisor/policy/text/json.h"

namespace scsup {

struct EngineProfile {
  std::optional<Json> json;  // nothing if there are errors
  Diagnostics remarks;       // those of build() are not among them
};

// `tree` is the file from which `document` was read, without mistakes.
EngineProfile engine_profile(const Document& document, const Json& tree, const std::string& file,
                             const Environment& environment);

}  // namespace scsup
