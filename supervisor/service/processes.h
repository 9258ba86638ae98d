// The processes of a session. The kernel doesn't tell which processes are under a filter, so they are searched for:
// the first one and those that have made trapped calls, all in the first one's PID namespace if that isn't ours, and
// the descendants of all these. Orphans that have made no trapped call yet are missed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "supervisor/session/session.h"

namespace scsup {

std::vector<pid_t> processes_of(const Session& session);  // sorted

// SIGKILL to all of them, repeated until no new ones are found; a missed process is killed at its next trapped call.
// Returns how many there were.
std::uint32_t kill_processes_of(Session& session);

}  // namespace scsup
