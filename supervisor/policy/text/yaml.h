// YAML text as the same tree that JSON becomes, each key and value with its place: for a Kubernetes object,
// which people write so. What a policy has no use for is refused: anchors that are referred to, tags, several
// documents.
#pragma once

#include <optional>
#include <string_view>

#include "supervisor/policy/text/json.h"

namespace scsup {

// Is this the YAML of an object: does its first line that says anything begin with `key:`?
bool looks_like_yaml(std::string_view text);

// Nothing, and one error, when the text is broken. Words that YAML 1.1 takes for numbers, booleans and null
// are those (`0777` is octal), as in Kubernetes; `yes` and `on` are text.
std::optional<Json> read_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace scsup
