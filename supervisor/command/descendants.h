// Kills all descendants of this process.
#pragma once

#include <sys/types.h>

#include <functional>

namespace scsup {

// SIGKILL to all descendants, until a look finds none that hasn't been sent it: stopped processes die of it, and
// processes that fork as fast as they are killed are searched for again. It waits for no process, so one that can't
// die yet doesn't keep the others alive; when one has ended, another call must kill what it left.
//
// `reap_one` waits for one child that has ended and returns its number, or 0; no other thread may wait meanwhile.
// Orphans are descendants only if this process is a subreaper (PR_SET_CHILD_SUBREAPER).
void kill_descendants(const std::function<pid_t()>& reap_one);

}  // namespace scsup
