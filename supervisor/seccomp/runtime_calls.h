// What a container runtime does itself between loading the filter and exec'ing the program (@runtime).
//
// Seen of runc 1.1.5 and crun 1.8.1: the calls that open, read and close descriptors of its own, become the
// container's user and report to its parent. They are the runtime's, not the program's, so no policy has to
// name them.
#pragma once

#include "supervisor/seccomp/syscalls.h"

namespace scsup {

bool is_runtime_call(const Syscall& syscall);

}  // namespace scsup
