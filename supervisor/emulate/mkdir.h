// mkdir(2), mkdirat(2).
#pragma once

#include <sys/stat.h>

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/outcome.h"

namespace scsup {

// The thread's umask and ids are the target's, so default ACLs, setgid directories and quotas act as for the
// target.
Outcome make_directory(const Object& object, mode_t mode);

}  // namespace scsup
