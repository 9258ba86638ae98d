// The part of a filter that libseccomp generates: one action per call, found by a binary search.
#pragma once

#include <span>

#include "supervisor/seccomp/filter.h"

namespace scsup {

// Does libseccomp accept this number, and take it for this very number?
bool tree_can_hold(Abi abi, std::uint32_t nr);

// `calls` have no branches, are accepted by tree_can_hold() and differ from the default action.
Result<Program> make_tree(std::span<const Abi> abis, std::uint32_t default_action,
                          std::span<const CallPlan* const> calls);

}  // namespace scsup
