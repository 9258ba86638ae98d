#include "analysis/explain/policy_edit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/explain/policy_text.h"
#include "supervisor/policy/paths/glob.h"

namespace scsup::analysis {
namespace {

// The text before `at` on its line, if it is only blanks: the next line may begin with it too.
std::optional<std::string> indent_at(std::string_view text, std::size_t at) {
  const std::size_t line = text.rfind('\n', at == 0 ? 0 : at - 1);
  const std::size_t begin = line == std::string_view::npos || at == 0 ? 0 : line + 1;
  const std::string_view before = text.substr(begin, at - begin);
  if (begin == 0 || before.find_first_not_of(" \t") != std::string_view::npos) return std::nullopt;
  return std::string(before);
}

}  // namespace

std::string inserted_before(std::string text, scsup::Place before, const std::string& element) {
  const auto extent = extent_at(text, before);
  if (!extent) return text;
  const auto indent = indent_at(text, extent->begin);
  return text.insert(extent->begin, element + (indent ? ",\n" + *indent : ", "));
}

std::string inserted_behind(std::string text, scsup::Place behind, const std::string& element) {
  const auto extent = extent_at(text, behind);
  if (!extent) return text;
  const auto indent = indent_at(text, extent->begin);
  return text.insert(extent->end, (indent ? ",\n" + *indent : ", ") + element);
}

std::string replaced(std::string text, scsup::Place place, const std::string& value) {
  const auto extent = extent_at(text, place);
  return extent ? text.replace(extent->begin, extent->end - extent->begin, value) : text;
}

std::string without_element(std::string text, scsup::Place element) {
  const auto extent = extent_at(text, element);
  if (!extent) return text;
  std::size_t begin = extent->begin, end = extent->end;
  const auto next = [&](std::size_t from) {
    return std::min(text.find_first_not_of(" \t\r\n", from), text.size());
  };
  if (const std::size_t behind = next(end); behind < text.size() && text[behind] == ',') {
    end = next(behind + 1);
  } else if (const std::size_t before = text.find_last_not_of(" \t\r\n", begin == 0 ? 0 : begin - 1);
             before != std::string::npos && text[before] == ',') {
    begin = before;
  }
  return text.erase(begin, end - begin);
}

std::string with_member(std::string text, scsup::Place object, const std::string& member) {
  const auto extent = extent_at(text, object);
  if (!extent || text[extent->begin] != '{') return text;
  const std::size_t first = text.find_first_not_of(" \t\r\n", extent->begin + 1);
  if (first == std::string::npos) return text;
  const auto indent = indent_at(text, first);
  const bool empty = text[first] == '}';
  return text.insert(first, member + (empty ? "" : indent ? ",\n" + *indent : ", "));
}

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

PathGlob glob_of(std::string_view path) {
  PathGlob glob;
  std::string text;
  while (!path.empty()) {
    const std::size_t length = character_length(path);
    if (length == 0) {
      text += '?';
      glob.exact = false;
      path.remove_prefix(1);
      continue;
    }
    if (std::string_view("*?[{}$\\").find(path[0]) != std::string_view::npos) text += '\\';
    text += path.substr(0, length);
    path.remove_prefix(length);
  }
  glob.json = json_quoted(text);
  return glob;
}

}  // namespace scsup::analysis
