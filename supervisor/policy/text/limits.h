// How much of a text is read as a policy. Anything beyond is refused, with its place.
#pragma once

#include <cstddef>

namespace scsup {

inline constexpr std::size_t policy_size_limit = 16u << 20;  // bytes; the reader of the file also stops there
inline constexpr int policy_depth_limit = 32;                // nesting of arrays and objects
inline constexpr std::size_t policy_mistake_limit = 1000;    // after so many the rest is only mentioned

}  // namespace scsup
