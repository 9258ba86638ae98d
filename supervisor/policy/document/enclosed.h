// A policy's text as a tree; where the file is something else that has a seccomp profile in it, the tree of
// that profile, with its places in the file: an OCI bundle's config.json, a Kubernetes SeccompProfile (JSON
// or YAML), what `docker inspect` prints of a container.
#pragma once

#include <optional>
#include <string_view>

#include "supervisor/policy/text/json.h"

namespace scsup {

// Nothing when there are errors. Where it isn't the file itself, a note says what the file is and which part
// of it is taken.
std::optional<Json> read_policy_tree(std::string_view text, Diagnostics& diagnostics);

}  // namespace scsup
