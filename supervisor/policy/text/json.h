// JSON text as a tree in which every key and value has its place. For files written by people, policies and the
// config of the service: it refuses duplicate keys, deep nesting and more values than any policy needs, and a number
// keeps its written form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/policy/text/diagnostic.h"

namespace scsup {

struct Member;

struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  // What kind of number: `whole` fits 64 bits unsigned.
  enum class Number : std::uint8_t { whole, negative, fraction, too_large };

  Kind kind = Kind::null;
  Number number = Number::whole;
  bool boolean = false;
  bool plain = false;  // a string without escapes: byte i of `text` is at column + 1 + i
  Place place;         // of its first character
  std::uint64_t whole = 0;
  std::string text;             // a string's bytes (UTF-8), or a number as written
  std::vector<Json> items;      // of an array
  std::vector<Member> members;  // of an object, in file order, without repeated keys

  const Member* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Place place;  // of the key
  Json value;
};

// "an object", "the number 5"... for "expected a string, found ...".
std::string describe(const Json& json);

inline constexpr std::size_t json_value_limit = 1'000'000;

// Nothing, and one error, if the text is broken; duplicate keys are errors too, but the tree stays usable (the first
// of them counts). `kind` names the kind of file in messages: "policy", "config".
std::optional<Json> read_json(std::string_view text, Diagnostics& diagnostics,
                              std::string_view kind = "policy");

// Each key that repeats an earlier one is an error, and is removed.
void refuse_repeated_keys(Json& object, Diagnostics& diagnostics);

}  // namespace scsup
