// "architectures" / "archMap" of a profile: the ABIs that its filter admits.
#pragma once

#include <vector>

#include "supervisor/policy/document/document.h"

namespace scsup {

// From `architectures`, else from archMap's entry for x86_64: those that an x86_64 kernel has; others are ignored.
// x86_64 itself is always included, as in libseccomp, which adds the native architecture to every filter.
std::vector<Abi> admitted_abis(const Profile& profile, Diagnostics& diagnostics);

}  // namespace scsup
