#include "supervisor/policy/document/parse_parts.h"
#include "supervisor/policy/paths/glob.h"
#include "supervisor/policy/text/suggest.h"

namespace scsup {
namespace {

constexpr std::string_view known_names[] = {"PWD"};

struct GlobMistake {
  std::size_t offset;
  std::string message;
};

// Mistakes with a place inside the glob. read_glob() reports all others.
std::optional<GlobMistake> find_mistake(std::string_view glob) {
  if (glob.empty()) return GlobMistake{0, "an empty path matches nothing"};
  if (auto nul = glob.find('\0'); nul != std::string_view::npos)
    return GlobMistake{nul, "no path holds a NUL byte"};
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    std::string_view rest = glob.substr(i);
    if (rest[0] == '\\') {
      ++i;
    } else if (rest.starts_with("${")) {
      std::size_t close = rest.find('}');
      if (close == std::string_view::npos) return GlobMistake{i, "'${' is not closed by '}'"};
      std::string_view name = rest.substr(2, close - 2);
      if (name != "PWD")
        return GlobMistake{i, "unknown name " + in_quotes(rest.substr(0, close + 1)) + " in a path" +
                                  (name == "HOME" ? std::string("; write '~' for the home directory")
                                                  : did_you_mean(name, known_names))};
      i += close;
    } else if (rest[0] == '[') {
      std::size_t at = 1;
      if (at < rest.size() && (rest[at] == '!' || rest[at] == '^')) ++at;
      for (bool first = true; at < rest.size() && (first || rest[at] != ']'); first = false)
        at += rest[at] == '\\' ? 2 : 1;
      if (at >= rest.size()) return GlobMistake{i, "'[' is not closed by ']'"};
      i += at;
    } else if (rest[0] == '{') {
      open.push_back(i);
    } else if (rest[0] == '}') {
      if (open.empty()) return GlobMistake{i, "'}' without '{'; for a plain '}' write '\\}'"};
      open.pop_back();
    }
  }
  if (!open.empty()) return GlobMistake{open.back(), "'{' is not closed by '}'"};
  if (glob.starts_with("**"))
    return GlobMistake{0, "a path starts with '/', '~' or '${PWD}'; for any directory write '/**'"};
  return std::nullopt;
}

void check_path(Reader& reader, const Json& json) {
  if (auto mistake = find_mistake(json.text)) {
    Place place = json.place;
    if (json.plain) place.column += static_cast<std::uint32_t>(1 + mistake->offset);
    reader.error(place, mistake->message + ": " + in_quotes(json.text));
    return;
  }
  // Any absolute names will do: they are taken literally.
  if (auto glob = read_glob(json.text, {"/home", "/home"}); !glob)
    reader.error(json.place, glob.error() + ": " + in_quotes(json.text));
}

}  // namespace

std::vector<Located<std::string>> read_paths(Reader& reader, const Json& json) {
  std::vector<Located<std::string>> paths;
  auto add = [&](const Json& item) {
    auto text = reader.text(item, "\"path\"");
    if (!text) return;
    check_path(reader, item);
    paths.push_back(std::move(*text));
  };
  if (json.kind == Json::Kind::array) {
    if (json.items.empty()) reader.error(json.place, "\"path\" is an empty list: it would match nothing");
    for (const Json& item : json.items) add(item);
  } else {
    add(json);
  }
  return paths;
}

}  // namespace scsup
