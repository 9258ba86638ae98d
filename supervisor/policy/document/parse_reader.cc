#include "supervisor/policy/document/parse_reader.h"

#include <algorithm>
#include <charconv>

#include "supervisor/policy/document/parse.h"
#include "supervisor/policy/text/suggest.h"

namespace scsup {

bool Reader::full() const { return diagnostics_.size() >= policy_mistake_limit; }

void Reader::error(Place place, std::string message) {
  ++errors_;
  if (!full()) diagnostics_.push_back({Diagnostic::Severity::error, place, std::move(message)});
}

void Reader::warning(Place place, std::string message) {
  // Half of the room is reserved for errors.
  if (diagnostics_.size() < policy_mistake_limit / 2)
    diagnostics_.push_back({Diagnostic::Severity::warning, place, std::move(message)});
}

void Reader::unknown(Place place, std::string_view what, std::string_view word,
                     std::span<const std::string_view> candidates) {
  if (full()) return error(place, "");
  std::string hint = did_you_mean(word, candidates);
  constexpr std::size_t few = 10;
  if (hint.empty() && candidates.size() <= few)
    for (std::string_view candidate : candidates)
      hint += (hint.empty()                     ? "; expected "
               : candidate == candidates.back() ? " or "
                                                : ", ") +
              in_quotes(candidate);
  error(place, "unknown " + std::string(what) + " " + in_quotes(word) + hint);
}

void Reader::mismatch(const Json& json, std::string_view expected, std::string_view what) {
  error(json.place, full() ? ""
                           : "expected " + std::string(expected) + " for " + std::string(what) + ", found " +
                                 describe(json));
}

bool Reader::object(const Json& json, std::string_view what, std::span<const std::string_view> keys) {
  if (json.kind != Json::Kind::object) {
    mismatch(json, "an object", what);
    return false;
  }
  for (const Member& member : json.members)
    if (std::ranges::find(keys, member.key) == keys.end())
      error(member.place, full() ? ""
                                 : "unknown key " + in_quotes(member.key) + " in " + std::string(what) +
                                       did_you_mean(member.key, keys));
  return true;
}

const std::vector<Json>* Reader::list(const Json& json, std::string_view what) {
  if (json.kind == Json::Kind::array) return &json.items;
  mismatch(json, "a list", what);
  return nullptr;
}

std::optional<Located<std::string>> Reader::text(const Json& json, std::string_view what) {
  if (json.kind == Json::Kind::string) return Located<std::string>{json.text, json.place};
  mismatch(json, "a string", what);
  return std::nullopt;
}

std::vector<Located<std::string>> Reader::texts(const Json& json, std::string_view what) {
  std::vector<Located<std::string>> result;
  if (const auto* items = list(json, what))
    for (const Json& item : *items)
      if (auto one = text(item, what)) result.push_back(std::move(*one));
  return result;
}

std::optional<bool> Reader::boolean(const Json& json, std::string_view what) {
  if (json.kind == Json::Kind::boolean) return json.boolean;
  mismatch(json, "true or false", what);
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::whole(const Json& json, std::string_view what, std::uint64_t most,
                                           int bits) {
  std::string range = "a whole number from 0 to " + std::to_string(most);
  if (json.kind != Json::Kind::number) {
    mismatch(json, range, what);
    return std::nullopt;
  }
  if (json.number == Json::Number::whole && json.whole <= most) return json.whole;
  std::string hint;
  std::int64_t negative = 0;
  if (json.number == Json::Number::negative && bits != 0 &&
      std::from_chars(json.text.data(), json.text.data() + json.text.size(), negative).ec == std::errc()) {
    auto unsigned_form = static_cast<std::uint64_t>(negative);
    if (bits == 64 || negative >= -(std::int64_t{1} << (bits - 1)))
      hint = "; as an unsigned number it is " + std::to_string(unsigned_form & most);
  }
  error(json.place, "expected " + range + " for " + std::string(what) + ", found " + describe(json) + hint);
  return std::nullopt;
}

const Json* value_of(const Json& object, std::string_view key) {
  const Member* member = object.find(key);
  return member ? &member->value : nullptr;
}

const Json* given(const Json& object, std::string_view key) {
  const Json* value = value_of(object, key);
  return value && value->kind != Json::Kind::null ? value : nullptr;
}

}  // namespace scsup
