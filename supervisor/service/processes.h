// The processes of a session. The kernel doesn't tell who is under a filter, so they are found: the first one
// and those that have made trapped calls, all in the first one's PID namespace if that isn't ours, and the
// descendants of all these. Who was orphaned and has made no trapped call yet is missed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "supervisor/session/session.h"

namespace scsup {

std::vector<pid_t> processes_of(const Session& session);  // sorted

// SIGKILL to all of them, again until no new ones are found; who was missed is killed at the next trapped
// call. How many there were.
std::uint32_t kill_processes_of(Session& session);

}  // namespace scsup
