// A deputy: a process that resolves and acts where the supervisor can't stand, with the target's identity
// there: in the target's user namespace, or within its Landlock domain.
//
// A process with several threads can't enter a user namespace (setns(2)), and what a target may search, make
// and change depends on its capabilities there; and nobody leaves a Landlock domain. So a small process of
// one thread does it (zygote.h makes it), and the supervisor, which decides, tells it what to do. Root in
// that namespace may kill or stop it; it may neither trace it nor read its memory or descriptors, because it
// isn't dumpable and its memory belongs to our user namespace (ptrace(2)). It has no descriptors but its line
// and, during a call, the objects of it.
#pragma once

#include <sys/types.h>

#include "base/fd.h"

namespace scsup {

// Becomes the deputy of the task whose /proc directory is `task`, in `user_namespace` unless that is empty;
// hears which identity to take over, says ready or failed, then serves until the other end of `line` closes
// or nothing was asked for half a minute. `parent`: whoever forked it; it dies with that one.
[[noreturn]] void be_deputy(Fd line, Fd user_namespace, Fd task, pid_t parent);

}  // namespace scsup
