// Small changes to a policy's text that leave everything else unchanged.
#pragma once

#include <string>
#include <string_view>

#include "supervisor/policy/document/document.h"

namespace scsup::analysis {

// Adds `element` to a list, before the one that begins at `before`, or after the one at `behind`; on a line of its
// own if that one has its own.
std::string inserted_before(std::string text, scsup::Place before, const std::string& element);
std::string inserted_behind(std::string text, scsup::Place behind, const std::string& element);
// With `value` in place of the value at `place`.
std::string replaced(std::string text, scsup::Place place, const std::string& value);
// The list without the element that begins there.
std::string without_element(std::string text, scsup::Place element);
// `"key": value` as the first member of the object that begins at `object`.
std::string with_member(std::string text, scsup::Place object, const std::string& member);

// A string as JSON, in ASCII only.
std::string json_quoted(std::string_view text);
// A glob that matches that path and no other, as JSON. Bytes that are not UTF-8 can't be written: each becomes a '?',
// and then `exact` is false.
struct PathGlob {
  std::string json;
  bool exact = true;
};
PathGlob glob_of(std::string_view path);

}  // namespace scsup::analysis
