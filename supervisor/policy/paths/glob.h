// Path globs of a policy, read once when a policy is built.
//
//   *       any characters but '/', also none            ?       one character, not '/'
//   [a-z]   one of these characters ([!a-z], [^a-z]: any other one); never '/'
//   **      as a whole component: any number of components, also none: /srv/app/** is /srv/app and all below,
//           /**/x is /x and /a/b/x
//   {a,b}   either; nests, and may hold '/' and any of the above
//   ~       at the start, alone or before '/': Environment.home        ${PWD}  Environment.directory
//   \x      the character x itself
// A character is one UTF-8 sequence, or one byte that is part of none. The values of ~ and ${PWD} are taken
// literally, whatever characters they contain. Slashes at the end or twice in a row count as written once. Not for
// opening or walking paths: a glob is compared with a path that has been resolved.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace scsup {

struct GlobNames {
  std::string_view home, directory;  // absolute, or empty when not known
};

// A glob without braces: literal components, then the rest, which may need a pattern.
struct FlatGlob {
  enum class Tail : std::uint8_t { none, subtree, pattern };
  std::vector<std::string> literal;  // {"srv", "app"} of /srv/app/*.c
  Tail tail = Tail::none;            // subtree: "**" and nothing more
  std::string pattern;  // Tail::pattern: RE2 (UTF-8) that the rest, "" or "/x/y", has to match as a whole
};

inline constexpr std::size_t glob_alternatives_limit = 1024;
inline constexpr std::size_t glob_size_limit = 4096;  // bytes, PATH_MAX
inline constexpr int glob_braces_limit = 64;

// All alternatives of a glob, or one sentence that says what is wrong with it.
tl::expected<std::vector<FlatGlob>, std::string> read_glob(std::string_view glob, const GlobNames& names);

// Path bytes as UTF-8 for a FlatGlob's pattern: a byte that is part of no character becomes one in
// U+10FF80..U+10FFFF. Two different byte strings never become the same text: characters of that range itself count as
// stray bytes. If the bytes need no change, nothing is copied (`room` stays empty).
std::string_view as_characters(std::string_view bytes, std::string& room);

// The length of the character at the start of `bytes` (not empty), 0 for a stray byte. Strict UTF-8: no
// surrogates, no overlong forms.
std::size_t character_length(std::string_view bytes);

}  // namespace scsup
