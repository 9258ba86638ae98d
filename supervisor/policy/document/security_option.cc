#include "supervisor/policy/document/security_option.h"

#include <algorithm>

#include "supervisor/policy/text/json_syntax.h"

namespace scsup {
namespace {

std::size_t offset_of(std::string_view text, Place place) {
  std::size_t line_start = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) line_start = text.find('\n', line_start) + 1;
  return line_start + place.column - 1;
}

// Where each byte of a JSON string's value was written: `at[i]` bytes after the opening quote.
std::vector<std::uint32_t> written_at(std::string_view literal) {
  std::vector<std::uint32_t> at;
  for (std::size_t i = 1; i < literal.size() && literal[i] != '"';) {
    const auto start = static_cast<std::uint32_t>(i);
    std::size_t bytes = 1;
    if (literal[i] != '\\') {
      ++i;
    } else if (literal[i + 1] != 'u') {
      i += 2;
    } else {
      const auto unit = std::stoul(std::string(literal.substr(i + 2, 4)), nullptr, 16);
      const bool is_pair = unit >= 0xd800 && unit < 0xdc00;
      bytes = is_pair ? 4 : unit >= 0x800 ? 3 : unit >= 0x80 ? 2 : 1;
      i += is_pair ? 12 : 6;
    }
    at.insert(at.end(), bytes, start);
  }
  at.push_back(at.empty() ? 1 : at.back() + 1);  // the end
  return at;
}

// Converts places in a string's value to places in the file.
class Moved {
 public:
  Moved(Place string, std::string_view literal, std::string_view value)
      : string_(string), at_(written_at(literal)) {
    for (std::size_t i = 0; i < value.size(); ++i)
      if (value[i] == '\n') line_starts_.push_back(i + 1);
  }

  Place operator()(Place place) const {
    if (place.line == 0) return place;
    const std::size_t line = std::min<std::size_t>(place.line, line_starts_.size());
    const std::size_t offset = std::min(line_starts_[line - 1] + place.column - 1, at_.size() - 1);
    return {string_.line, string_.column + at_[offset]};
  }
  void move(Json& json) const {
    json.place = (*this)(json.place);
    json.plain = false;
    for (Json& item : json.items) move(item);
    for (Member& member : json.members) {
      member.place = (*this)(member.place);
      move(member.value);
    }
  }

 private:
  const Place string_;
  const std::vector<std::uint32_t> at_;
  std::vector<std::size_t> line_starts_{0};
};

// The value with everything before `from` blanked, so that places stay the same.
std::string blanked(std::string_view text, std::size_t from) {
  std::string blank(text);
  for (std::size_t i = 0; i < from; ++i)
    if (blank[i] != '\n') blank[i] = ' ';
  return blank;
}

bool is_profile(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  return first != value.npos && value[first] == '{';
}

std::nullopt_t no_profile(Place place, std::string_view value, Diagnostics& diagnostics) {
  std::string why = ": give that file instead";
  if (value == "unconfined") why = ": the container runs without a profile";
  if (value == "builtin" || value == "default") why = ": the engine's own profile, which is not in this file";
  diagnostics.push_back(
      {Diagnostic::Severity::error, place, "the container's seccomp option is " + in_quotes(value) + why});
  return std::nullopt;
}

// The position after the bracket that closes the one at `from`.
std::size_t end_of_object(std::string_view text, std::size_t from) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        in_string = false;
      continue;
    }
    if (text[i] == '"') in_string = true;
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i + 1;
  }
  return text.size();
}

std::size_t bare_option_at(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return text.npos;
  if (text.substr(first).starts_with(seccomp_option)) return first;
  if (text[first] != '[') return text.npos;
  // Options before it are words.
  const std::size_t option = text.find(seccomp_option, first);
  if (option == text.npos || (option != first + 1 && text[option - 1] != ' ') ||
      text.substr(first, option - first).find_first_of("\"{},\n") != text.npos)
    return text.npos;
  return option;
}

}  // namespace

std::optional<Json> profile_in_option(std::string_view text, const Json& option, Diagnostics& diagnostics) {
  const std::string_view value = option.text;
  const std::string_view behind = value.substr(seccomp_option.size());
  if (!is_profile(behind)) return no_profile(option.place, behind, diagnostics);
  const Moved moved(option.place, text.substr(offset_of(text, option.place)), value);
  Diagnostics mistakes;
  auto profile = read_json(blanked(value, seccomp_option.size()), mistakes);
  for (Diagnostic& mistake : mistakes) {
    mistake.place = moved(mistake.place);
    diagnostics.push_back(std::move(mistake));
  }
  if (profile) moved.move(*profile);
  return profile;
}

bool is_bare_option(std::string_view text) { return bare_option_at(text) != text.npos; }

std::optional<Json> profile_in_bare_option(std::string_view text, Diagnostics& diagnostics) {
  const std::size_t from = bare_option_at(text) + seccomp_option.size();
  if (!is_profile(text.substr(from))) {
    Cursor cursor(text);
    cursor.advance(from - seccomp_option.size());
    const std::string_view value = text.substr(from);
    return no_profile(cursor.place(), value.substr(0, value.find_first_of(" ]\r\n")), diagnostics);
  }
  // After it: other options, which are words, and the bracket. Anything else may be meant as another policy.
  const std::size_t end = end_of_object(text, from);
  std::string_view rest = text.substr(end);
  while (!rest.empty() && std::string_view(" \t\r\n").find(rest.back()) != rest.npos) rest.remove_suffix(1);
  const bool in_list = text[text.find_first_not_of(" \t\r\n")] == '[';
  const bool is_closed = in_list ? rest.ends_with(']') : rest.empty();
  if (!is_closed || rest.find(seccomp_option) != rest.npos || rest.find_first_of("\"{}\n") != rest.npos) {
    Cursor cursor(text);
    cursor.advance(end);
    diagnostics.push_back({Diagnostic::Severity::error, cursor.place(),
                           std::string("expected ") +
                               (in_list ? "options that are words, and ']'," : "nothing") +
                               " behind the profile"});
    return std::nullopt;
  }
  return read_json(blanked(text.substr(0, end), from), diagnostics);
}

}  // namespace scsup
