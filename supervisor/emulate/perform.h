// Performs the target's call, on the object that was judged, with the target's identity (which the caller wears).
#pragma once

#include <cstdint>
#include <optional>

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/outcome.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/task.h"

namespace scsup {

// The checks that come before a call's object matters: bad flags, an O_PATH descriptor given to fchmod(2). 0: go on.
int precheck(const Call& call, const Task& task);

// `mode_mask`: bits of the mode that the policy keeps. `object.state` is found.
Outcome perform(const Call& call, const Object& object, std::optional<std::uint32_t> mode_mask);

// For a denied mkdir on the way to an allowed place: does the object that it would make exist already?
bool exists_already(const Call& call, const Object& object);

}  // namespace scsup
