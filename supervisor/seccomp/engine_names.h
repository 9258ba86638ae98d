// Container engines find calls by libseccomp's names. 2.5.4 (as released; Debian 12 added some) stops at Linux 5.17:
// it doesn't know the name fchmodat2, so runc and crun skip it without an error, and the call gets the profile's
// default action.
#pragma once

#include "supervisor/seccomp/syscalls.h"

namespace scsup {

// Do all engines understand this name?
bool engines_know(const Syscall& syscall);

}  // namespace scsup
