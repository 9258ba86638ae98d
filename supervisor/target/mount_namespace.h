// Which mounts a task sees.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/target/task.h"

namespace scsup {

// The task's mount namespace, open for setns(2); empty if it is our own. The task's call must be waiting for us.
Result<Fd> foreign_mount_namespace(const Task& task);

}  // namespace scsup
