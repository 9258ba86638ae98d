// Everything below this process, ended.
#pragma once

#include <sys/types.h>

#include <functional>

namespace scsup {

// SIGKILL to all descendants, until a look finds none that hasn't been sent it: who is stopped dies of it, who
// forks as fast as it is killed is looked for again. It doesn't wait for anybody, so who can't die yet keeps it
// from nobody else; when one has ended, what it left is to be killed by another call.
//
// `reap_one` waits for one child that has ended and returns its number, or 0; nobody else may wait meanwhile.
// Whoever was orphaned is a descendant only if this process is a subreaper (PR_SET_CHILD_SUBREAPER).
void kill_descendants(const std::function<pid_t()>& reap_one);

}  // namespace scsup
