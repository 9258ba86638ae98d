// "@runtime": what runc and crun do themselves between loading a container's filter and exec'ing its program.
//
// Whoever lists calls for a container has to let these through as well, or it doesn't start. Rules can name
// the group; a session lets its calls through until the first exec.
#pragma once

#include <string_view>

#include "supervisor/seccomp/syscalls.h"

namespace scsup {

inline constexpr std::string_view runtime_group = "@runtime";

bool is_runtime_call(const Syscall& syscall);

}  // namespace scsup
