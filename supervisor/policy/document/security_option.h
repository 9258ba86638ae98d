// A container's security options, as `docker inspect` shows them: "seccomp={...}" with a whole profile in a
// string.
#pragma once

#include <optional>
#include <string_view>

#include "supervisor/policy/text/json.h"

namespace scsup {

inline constexpr std::string_view seccomp_option = "seccomp=";

// The profile in a string `option` of the JSON `text` that begins with `seccomp_option`. Its places, and
// those of mistakes, are in `text`.
std::optional<Json> profile_in_option(std::string_view text, const Json& option, Diagnostics& diagnostics);

// Is this `[seccomp={...} no-new-privileges]`, as printed by `docker inspect -f '{{.HostConfig.SecurityOpt}}'`, or a
// single option without quotes?
bool is_bare_option(std::string_view text);
std::optional<Json> profile_in_bare_option(std::string_view text, Diagnostics& diagnostics);

}  // namespace scsup
