#include "analysis/explain/policy_text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/printable.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t widest = 150;  // bytes of a line that are shown in full

std::optional<std::size_t> offset_of(std::string_view text, scsup::Place place) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  if (place.line == 0 || place.column == 0) return std::nullopt;
  at += place.column - 1;
  return at < text.size() ? std::optional(at) : std::nullopt;
}

// The position after the string that begins at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

std::size_t value_end(std::string_view text, std::size_t at) {
  if (text[at] == '"') return string_end(text, at);
  if (text[at] != '{' && text[at] != '[') return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      continue;
    }
    ++at;
    depth += c == '{' || c == '[';
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return at;
}

}  // namespace

std::optional<Extent> extent_at(std::string_view text, scsup::Place place) {
  const auto begin = offset_of(text, place);
  if (!begin) return std::nullopt;
  return Extent{*begin, value_end(text, *begin)};
}

std::optional<scsup::Place> place_in(std::string_view at) {
  const auto number_behind = [&]() -> std::uint32_t {
    const std::size_t colon = at.rfind(':');
    if (colon == std::string_view::npos) return 0;
    std::uint32_t value = 0;
    const auto read = std::from_chars(at.data() + colon + 1, at.data() + at.size(), value);
    if (read.ec != std::errc() || read.ptr != at.data() + at.size()) return 0;
    at = at.substr(0, colon);
    return value;
  };
  scsup::Place place;
  place.column = number_behind();
  place.line = number_behind();
  if (place.line == 0 || place.column == 0) return std::nullopt;
  return place;
}

std::vector<std::string> quoted(std::string_view text, scsup::Place place, std::size_t most) {
  std::vector<std::string> lines;
  const auto extent = extent_at(text, place);
  if (!extent) return lines;
  std::size_t at = extent->begin - (place.column - 1);
  for (std::uint32_t number = place.line; at < extent->end; ++number) {
    if (lines.size() == most) {
      lines.emplace_back("        ...");
      break;
    }
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    std::string before, after;
    if (line.size() > widest && at < extent->begin) {
      line.remove_prefix(extent->begin - at);
      before = "... ";
    }
    if (line.size() > widest) {
      line = line.substr(0, widest);
      after = " ...";
    }
    char head[16];
    std::snprintf(head, sizeof head, "%6u  ", number);
    std::string shown(line);
    std::ranges::replace(shown, '\t', ' ');
    lines.push_back(head + before + printable(shown, Backslash::kept) + after);
    at = end + 1;
  }
  return lines;
}

}  // namespace scsup::analysis
