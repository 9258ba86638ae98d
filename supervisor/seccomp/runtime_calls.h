// "@runtime": the calls of runc and crun themselves between loading a container's filter and exec'ing its program.
//
// A list of allowed calls for a container must include these, or the container doesn't start. Rules can name the
// group; a session lets its calls through until the first exec.
#pragma once

#include <string_view>

#include "supervisor/seccomp/syscalls.h"

namespace scsup {

inline constexpr std::string_view runtime_group = "@runtime";

bool is_runtime_call(const Syscall& syscall);

}  // namespace scsup
