// Decisions that no rule makes: what each means, and what can be done about it.
#pragma once

#include <string_view>

namespace scsup::analysis {

struct BuiltinOrigin {
  std::string_view id;     // as records have it: "@path"
  std::string_view means;  // a sentence
  std::string_view remedy;
};

// nullptr: of another version, or no origin of that kind.
const BuiltinOrigin* builtin_origin(std::string_view id);

}  // namespace scsup::analysis
