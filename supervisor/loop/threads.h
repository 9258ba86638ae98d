// Threads that are never joined: one that is stuck in the kernel can't be.
#pragma once

#include <functional>

#include "base/result.h"

namespace scsup {

// Fails if RLIMIT_NPROC or a cgroup's pids.max allow no more threads: targets of the same user can cause that.
Result<void> start_thread(std::function<void()> body);

}  // namespace scsup
