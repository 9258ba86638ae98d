// Entries with "args" turned around: what a profile that allows by default lets through of a call that such
// entries deny.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "supervisor/policy/document/document.h"

namespace scsup {

using Comparisons = std::vector<Comparison>;  // and-ed

// Lists of comparisons, one of which holds exactly if none of the entries' conditions does. Nothing where a
// profile can't say that: it takes one comparison of each register in an entry (two would be or-ed), and
// where calls with 32-bit registers are admitted (`narrow`) no masks above them.
std::optional<std::vector<Comparisons>> complement(std::span<const ProfileEntry* const> entries, bool narrow);

}  // namespace scsup
