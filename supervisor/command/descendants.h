// Everything below this process, ended.
#pragma once

namespace scsup {

// SIGKILL to all descendants, again until a look finds none alive. Whoever was orphaned is a descendant only
// if this process is a subreaper (PR_SET_CHILD_SUBREAPER). Their zombies are left to whoever waits.
void kill_descendants();

}  // namespace scsup
