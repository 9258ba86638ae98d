// How each family of calls is performed: one file each, one row each in perform.cc.
#pragma once

#include <sys/stat.h>

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/outcome.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/task.h"

namespace scsup {

// The checks that come before a call's object matters. 0: go on.
using Precheck = int (*)(const Call& call, const Task& task);
// The thread's umask and ids are the target's, so default ACLs, setgid directories and quotas apply as for the
// target.
using Performance = Outcome (*)(const Object& object, mode_t mode);

Outcome make_directory(const Object& object, mode_t mode);    // mkdir(2), mkdirat(2)
Outcome remove_directory(const Object& object, mode_t mode);  // rmdir(2), unlinkat(2)
Outcome remove_file(const Object& object, mode_t mode);       // unlink(2), unlinkat(2)

int precheck_chmod(const Call& call, const Task& task);
Outcome change_mode(const Object& object, mode_t mode);  // chmod(2), fchmod(2), fchmodat(2), fchmodat2(2)

}  // namespace scsup
