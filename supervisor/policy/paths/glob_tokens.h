// A glob as tokens: escapes, classes and names are resolved, braces still unexpanded. Used by glob.cc only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace scsup {

struct GlobToken {
  enum class Kind : std::uint8_t { literal, slash, star, any, set, open, comma, close, home, directory };
  Kind kind = Kind::literal;
  std::string text;  // literal: bytes; set: as an RE2 class
};

tl::expected<std::vector<GlobToken>, std::string> glob_tokens(std::string_view glob);

}  // namespace scsup
