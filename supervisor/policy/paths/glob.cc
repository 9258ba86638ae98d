#include "supervisor/policy/paths/glob.h"

#include <re2/re2.h>

#include <algorithm>
#include <span>

#include "supervisor/policy/paths/glob_tokens.h"

namespace scsup {
namespace {

using Kind = GlobToken::Kind;
using Tokens = std::vector<GlobToken>;
using Sentence = tl::unexpected<std::string>;

// Brace expansion, left to right. Each alternative of a brace is combined with the same rest of the glob, so the work
// is bounded by the limit on alternatives times the glob's length.
class Braces {
 public:
  bool expand(std::span<const GlobToken> rest) {
    const std::size_t mark = prefix_.size();
    std::size_t i = 0;
    while (i < rest.size() && rest[i].kind != Kind::open) prefix_.push_back(rest[i++]);
    if (i == rest.size()) {
      if (flat_.size() == glob_alternatives_limit) return false;
      flat_.push_back(prefix_);
      prefix_.resize(mark);
      return true;
    }
    std::size_t begin = i + 1;
    std::vector<std::span<const GlobToken>> parts;
    int depth = 1;
    for (++i; depth > 0; ++i) {
      if (rest[i].kind == Kind::open) ++depth;
      if (rest[i].kind == Kind::close) --depth;
      if (depth == 0 || (depth == 1 && rest[i].kind == Kind::comma)) {
        parts.push_back(rest.subspan(begin, i - begin));
        begin = i + 1;
      }
    }
    for (const auto& part : parts) {
      Tokens joined(part.begin(), part.end());
      joined.insert(joined.end(), rest.begin() + static_cast<std::ptrdiff_t>(i), rest.end());
      if (!expand(joined)) return false;
    }
    prefix_.resize(mark);
    return true;
  }
  std::vector<Tokens> take() { return std::move(flat_); }

 private:
  Tokens prefix_;
  std::vector<Tokens> flat_;
};

void append_literally(Tokens& tokens, std::string_view path) {
  for (const char c : path) {
    if (c == '/')
      tokens.push_back({Kind::slash, {}});
    else if (!tokens.empty() && tokens.back().kind == Kind::literal)
      tokens.back().text += c;
    else
      tokens.push_back({Kind::literal, {c}});
  }
}

tl::expected<Tokens, std::string> with_names(const Tokens& tokens, const GlobNames& names) {
  Tokens result;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const GlobToken& token = tokens[i];
    if (token.kind == Kind::home && i > 0) {
      append_literally(result, "~");
    } else if (token.kind == Kind::home) {
      if (i + 1 < tokens.size() && tokens[i + 1].kind != Kind::slash)
        return Sentence("'~' stands for the own home only: write '~' or '~/...', or '\\~' for a plain '~'");
      if (!names.home.starts_with('/')) return Sentence("'~' is used, but the home directory is not known");
      append_literally(result, names.home);
    } else if (token.kind == Kind::directory) {
      if (!names.directory.starts_with('/'))
        return Sentence("${PWD} is used, but the working directory is not known");
      append_literally(result, names.directory);
    } else {
      result.push_back(token);
    }
  }
  return result;
}

bool is_literal(const Tokens& component) {
  for (const auto& token : component)
    if (token.kind != Kind::literal) return false;
  return true;
}

std::string text_of(const Tokens& component) {
  std::string text;
  for (const auto& token : component) text += token.text;
  return text;
}

bool is_double_star(const Tokens& component) {
  return component.size() == 2 && component[0].kind == Kind::star && component[1].kind == Kind::star;
}

std::string pattern_of(const Tokens& component) {
  std::string pattern = "/";
  std::string room;
  for (const auto& token : component) {
    switch (token.kind) {
      case Kind::star:
        pattern += "[^/]*";
        break;
      case Kind::any:
        pattern += "[^/]";
        break;
      case Kind::set:
        pattern += token.text;
        break;
      default:
        pattern += re2::RE2::QuoteMeta(as_characters(token.text, room));
    }
  }
  return pattern;
}

tl::expected<FlatGlob, std::string> flat_glob(const Tokens& tokens) {
  if (tokens.empty() || tokens[0].kind != Kind::slash)
    return Sentence("a path starts with '/', '~' or '${PWD}': it is compared with the whole resolved path");
  std::vector<Tokens> components;
  for (const auto& token : tokens) {
    if (token.kind == Kind::slash) {
      if (components.empty() || !components.back().empty()) components.emplace_back();
    } else if (!components.back().empty() && components.back().back().kind == Kind::literal &&
               token.kind == Kind::literal) {
      components.back().back().text += token.text;
    } else {
      components.back().push_back(token);
    }
  }
  if (components.back().empty()) components.pop_back();

  FlatGlob glob;
  std::vector<std::string> patterns;
  for (const auto& component : components) {
    if (is_literal(component)) {
      const std::string text = text_of(component);
      if (text == "." || text == "..")
        return Sentence("a component '" + text + "' never matches: resolved paths have none");
      if (patterns.empty()) {
        glob.literal.push_back(text);
        continue;
      }
    }
    if (is_double_star(component)) {
      if (patterns.empty() || !patterns.back().empty()) patterns.emplace_back();  // "" stands for **
      continue;
    }
    for (std::size_t i = 1; i < component.size(); ++i)
      if (component[i].kind == Kind::star && component[i - 1].kind == Kind::star)
        return Sentence("'**' must be a whole component ('/**/'); inside one write '*'");
    patterns.push_back(pattern_of(component));
  }
  if (patterns.empty()) return glob;
  if (patterns.size() == 1 && patterns[0].empty()) {
    glob.tail = FlatGlob::Tail::subtree;
    return glob;
  }
  glob.tail = FlatGlob::Tail::pattern;
  for (const auto& pattern : patterns) glob.pattern += pattern.empty() ? "(?s:/.*)?" : pattern;
  return glob;
}

}  // namespace

tl::expected<std::vector<FlatGlob>, std::string> read_glob(std::string_view glob, const GlobNames& names) {
  if (glob.size() > glob_size_limit)
    return Sentence("the glob is longer than " + std::to_string(glob_size_limit) + " bytes");
  const auto tokens = glob_tokens(glob);
  if (!tokens) return Sentence(tokens.error());
  if (std::ranges::count(*tokens, Kind::open, &GlobToken::kind) > glob_braces_limit)
    return Sentence("more than " + std::to_string(glob_braces_limit) + " '{' in one glob");
  Braces braces;
  if (!braces.expand(*tokens))
    return Sentence("'{...}' makes more than " + std::to_string(glob_alternatives_limit) + " alternatives");
  std::vector<FlatGlob> result;
  for (const Tokens& flat : braces.take()) {
    const auto named = with_names(flat, names);
    if (!named) return Sentence(named.error());
    auto one = flat_glob(*named);
    if (!one) return Sentence(one.error());
    result.push_back(std::move(*one));
  }
  return result;
}

}  // namespace scsup
