// Small changes to a policy's text that leave all else as it stands.
#pragma once

#include <string>
#include <string_view>

#include "supervisor/policy/document/document.h"

namespace scsup::analysis {

// `element` as one more of a list, before the one that begins at `before`, or behind the one at `behind`; on
// a line of its own where that one has its own.
std::string inserted_before(std::string text, scsup::Place before, const std::string& element);
std::string inserted_behind(std::string text, scsup::Place behind, const std::string& element);
// In the place of the value at `place`.
std::string replaced(std::string text, scsup::Place place, const std::string& value);
// The list without the element that begins there.
std::string without_element(std::string text, scsup::Place element);
// `"key": value` as the first member of the object that begins at `object`.
std::string with_member(std::string text, scsup::Place object, const std::string& member);

// A string as JSON, with nothing but ASCII in it.
std::string json_quoted(std::string_view text);
// A glob that matches that path and no other, as JSON. Bytes that are no UTF-8 can't be written: each becomes
// a '?', and `exact` is false then.
struct PathGlob {
  std::string json;
  bool exact = true;
};
PathGlob glob_of(std::string_view path);

}  // namespace scsup::analysis
