// Threads that nobody joins: one that is stuck in the kernel can't be.
#pragma once

#include <functional>

#include "base/result.h"

namespace scsup {

// Fails where RLIMIT_NPROC or a cgroup's pids.max leave no thread: targets of the same user can see to that.
Result<void> start_thread(std::function<void()> body);

}  // namespace scsup
