// Negates entries with "args": finds what a profile that allows by default lets through of a call that such entries
// deny.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "supervisor/policy/document/document.h"

namespace scsup {

using Comparisons = std::vector<Comparison>;  // and-ed

// Lists of comparisons: one of them holds exactly if none of the entries' conditions does. Nothing if a profile can't
// express that: it accepts one comparison per register in an entry (two would be or-ed), and, if calls with 32-bit
// registers are admitted (`narrow`), no masks above 32 bits.
std::optional<std::vector<Comparisons>> complement(std::span<const ProfileEntry* const> entries, bool narrow);

}  // namespace scsup
