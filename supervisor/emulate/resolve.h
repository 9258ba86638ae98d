// From a Call to the object that it would act on.
//
// The fast way is one openat2(RESOLVE_NO_SYMLINKS). Without symlinks and ".." the name that was walked is the name of
// the object found. Any link, "..", or /proc/self takes the slow way, walk.h, component by component.
#pragma once

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/own_rights.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/root.h"
#include "supervisor/target/task.h"

namespace scsup {

// Where a call's path starts: opened with the supervisor's own rights, before any Wear.
struct Start {
  Root root;               // of the task
  bool unseen = false;     // scsup may not look at the task: nothing can be done for it
  int err = 0;             // the call fails with this before its path is looked at (EBADF)
  bool is_object = false;  // `directory` is what the whole path leads to
  Fd directory;      // of a relative path; for AT_EMPTY_PATH the object itself. Empty: the path is absolute
  std::string name;  // of `directory`, as the target sees it
};

Start start_of(const Call& call, const Task& task);

// Call it with the target's identity worn: each step needs its permission. `call.path` is set, and the call's family
// is emulated. Patience::none never waits for a disk.
Object resolve(const Call& call, const Task& task, Start start, Patience patience, OwnRights& own_rights);

}  // namespace scsup
