// A policy's text as a tree. If the file is something else that contains a seccomp profile, the tree of that profile,
// with its places in the file: an OCI bundle's config.json, a Kubernetes SeccompProfile (JSON or YAML), the output of
// `docker inspect` for a container.
#pragma once

#include <optional>
#include <string_view>

#include "supervisor/policy/text/json.h"

namespace scsup {

// Nothing if there are errors. If the policy is only a part of the file, a note says what the file is and which part
// is used.
std::optional<Json> read_policy_tree(std::string_view text, Diagnostics& diagnostics);

}  // namespace scsup
