// YAML text as the same tree as for JSON, each key and value with its place: for Kubernetes objects, which are often
// written in YAML. Refuses what no policy needs: references to anchors, tags, several documents.
#pragma once

#include <optional>
#include <string_view>

#include "supervisor/policy/text/json.h"

namespace scsup {

// Is this the YAML of an object: does its first line with content begin with `key:`?
bool looks_like_yaml(std::string_view text);

// Nothing, and one error, if the text is broken. Words that YAML 1.1 takes for numbers, booleans and null are read as
// such (`0777` is octal), as in Kubernetes; `yes` and `on` are text.
std::optional<Json> read_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace scsup
