// Decisions that no rule makes: what each means, and how to avoid it.
#pragma once

#include <string_view>

namespace scsup::analysis {

struct BuiltinOrigin {
  std::string_view id;     // as in records: "@path"
  std::string_view means;  // a sentence
  std::string_view remedy;
};

// nullptr: it belongs to another version, or is not a built-in origin.
const BuiltinOrigin* builtin_origin(std::string_view id);

}  // namespace scsup::analysis
