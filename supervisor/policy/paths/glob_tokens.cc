#include "supervisor/policy/paths/glob_tokens.h"

#include <cstdio>

#include "supervisor/policy/paths/glob.h"

namespace scsup {
namespace {

using Kind = GlobToken::Kind;
using Sentence = tl::unexpected<std::string>;

// One character; its bytes are removed from `rest`.
std::uint32_t take_character(std::string_view& rest) {
  const std::size_t length = character_length(rest);
  std::string room;
  const std::string_view text = as_characters(rest.substr(0, length ? length : 1), room);
  rest.remove_prefix(length ? length : 1);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  switch (text.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
  }
}

void add_range(std::string& set, std::uint32_t low, std::uint32_t high) {
  char text[40];
  std::snprintf(text, sizeof text, "\\x{%x}-\\x{%x}", low, high);
  set += text;
}

// `rest` starts after '['; on return, after ']'.
tl::expected<GlobToken, std::string> take_set(std::string_view& rest) {
  const bool negated = !rest.empty() && (rest[0] == '!' || rest[0] == '^');
  if (negated) rest.remove_prefix(1);
  std::string ranges;
  for (bool first = true;; first = false) {
    if (rest.empty()) return Sentence("'[' is not closed by ']'");
    if (rest[0] == ']' && !first) break;
    if (rest.starts_with("[:")) return Sentence("classes like [:alpha:] are not supported; write [a-zA-Z]");
    const auto take = [&]() -> std::uint32_t {
      if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
      return take_character(rest);
    };
    const std::uint32_t low = take();
    std::uint32_t high = low;
    if (rest.size() > 1 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      high = take();
      if (high < low) return Sentence("a range in '[...]' runs backwards");
    }
    // '/' is never part of a component, so a range skips it.
    if (low <= '/' && high >= '/' && !negated) {
      if (low < '/') add_range(ranges, low, '/' - 1);
      if (high > '/') add_range(ranges, '/' + 1, high);
    } else {
      add_range(ranges, low, high);
    }
  }
  rest.remove_prefix(1);
  if (ranges.empty()) return Sentence("'[/]' matches nothing: '/' only stands between components");
  return GlobToken{Kind::set, (negated ? "[^/" : "[") + ranges + "]"};
}

}  // namespace

tl::expected<std::vector<GlobToken>, std::string> glob_tokens(std::string_view glob) {
  std::vector<GlobToken> tokens;
  const auto literal = [&](std::string_view bytes) {
    if (tokens.empty() || tokens.back().kind != Kind::literal) tokens.push_back({Kind::literal, {}});
    tokens.back().text += bytes;
  };
  int depth = 0;
  for (std::string_view rest = glob; !rest.empty();) {
    const char c = rest[0];
    if (c == '[') {
      rest.remove_prefix(1);
      auto set = take_set(rest);
      if (!set) return Sentence(set.error());
      tokens.push_back(std::move(*set));
      continue;
    }
    if (c == '\\') {
      if (rest.size() == 1) return Sentence("'\\' at the end escapes nothing");
      if (rest[1] == '/')
        tokens.push_back({Kind::slash, {}});
      else
        literal(rest.substr(1, 1));
      rest.remove_prefix(2);
      continue;
    }
    if (rest.starts_with("${")) {
      if (!rest.starts_with("${PWD}"))
        return Sentence("the only name in '${...}' is ${PWD}; for a plain '$' write '\\$'");
      tokens.push_back({Kind::directory, {}});
      rest.remove_prefix(6);
      continue;
    }
    const bool starts_here =
        tokens.empty() || tokens.back().kind == Kind::open || tokens.back().kind == Kind::comma;
    rest.remove_prefix(1);
    if (c == '/')
      tokens.push_back({Kind::slash, {}});
    else if (c == '*')
      tokens.push_back({Kind::star, {}});
    else if (c == '?')
      tokens.push_back({Kind::any, {}});
    else if (c == '{')
      ++depth, tokens.push_back({Kind::open, {}});
    else if (c == ',' && depth > 0)
      tokens.push_back({Kind::comma, {}});
    else if (c == '}' && depth == 0)
      return Sentence("'}' without '{'; for a plain '}' write '\\}'");
    else if (c == '}')
      --depth, tokens.push_back({Kind::close, {}});
    else if (c == '~' && starts_here)
      tokens.push_back({Kind::home, {}});
    else
      literal({&c, 1});
  }
  if (depth > 0) return Sentence("'{' is not closed by '}'");
  return tokens;
}

}  // namespace scsup
