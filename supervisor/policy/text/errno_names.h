// The names of <errno.h>, as policies and audit records write them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace scsup {

// "EACCES" to 13; also the second names EWOULDBLOCK, EDEADLOCK and ENOTSUP.
std::optional<int> errno_by_name(std::string_view name);

// 13 to "EACCES"; "" for a number that has no name.
std::string_view errno_name(int number);

std::span<const std::string_view> all_errno_names();

}  // namespace scsup
