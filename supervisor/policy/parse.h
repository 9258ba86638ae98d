// Text of a policy file, or of one that has a policy in it (enclosed.h), to a Document. Pure: the text comes
// from the caller.
//
// Every mistake becomes one Diagnostic with line and column; parsing goes on after a mistake that leaves the
// structure readable, so that one run reports them all, in file order. A Document is usable only if no
// diagnostic is an error. Messages are ours, never a JSON library's.
#pragma once

#include <cstddef>
#include <string_view>

#include "supervisor/policy/diagnostic.h"
#include "supervisor/policy/document.h"

namespace scsup {

inline constexpr std::size_t policy_size_limit = 16u << 20;  // bytes; whoever reads the file stops there too
inline constexpr int policy_depth_limit = 32;                // nesting of arrays and objects
inline constexpr std::size_t policy_mistake_limit = 1000;    // after so many the rest is only mentioned

struct Parsed {
  Document document;
  Diagnostics diagnostics;
};

Parsed parse(std::string_view text);

}  // namespace scsup
