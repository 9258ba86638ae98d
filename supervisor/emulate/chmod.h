// chmod(2), fchmod(2), fchmodat(2), fchmodat2(2).
#pragma once

#include <sys/stat.h>

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/outcome.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/task.h"

namespace scsup {

int precheck_chmod(const Call& call, const Task& task);
Outcome change_mode(const Object& object, mode_t mode);

}  // namespace scsup
