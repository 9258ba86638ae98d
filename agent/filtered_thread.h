// The thread that loads the filter into itself and becomes the command.
#pragma once

#include "agent/courier.h"
#include "agent/program.h"

namespace scsup::agent {

// Loads the filter into the calling thread and execs handover.path with argv unchanged; errors are left in the
// handover for the courier. Once the filter is on, the only system call is execve. Sets no_new_privs only if the
// kernel requires it, so that a privileged supervisor's targets keep set-uid programs.
[[noreturn]] void load_and_exec(Handover& handover, const Filter& filter, char* const* argv);

}  // namespace scsup::agent
