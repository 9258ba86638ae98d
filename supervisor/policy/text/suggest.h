// "Did you mean": the known word that a mistyped one is closest to.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace scsup {

// The candidate that is at most a few keystrokes away from `word` (or ends in it: "ERRNO" for "SCMP_ACT_ERRNO"),
// ignoring case; "" if there is none.
std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

// "; did you mean 'mkdir'?" or ""
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace scsup
