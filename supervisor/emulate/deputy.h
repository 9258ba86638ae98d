// A deputy: a process that resolves and acts where the supervisor can't stand, with the target's identity
// there: in the target's user namespace, within its Landlock domain, or, for calls that mind mounts, in its
// mount namespace.
//
// A process with several threads can't enter a user namespace (setns(2)), and what a target may search, make
// and change depends on its capabilities there; nobody leaves a Landlock domain; and the kernel refuses to
// remove what is a mount point for the caller, but only for the caller: done from elsewhere, the removal would
// unmount it. So a small process of one thread does it (zygote.h makes it), and the supervisor, which decides,
// tells it what to do. Root in that namespace may kill or stop it; it may neither trace it nor read its memory or descriptors, because it
// isn't dumpable and its memory belongs to our user namespace (ptrace(2)). It has no descriptors but its line, in
// another mount namespace its own /proc/self/fd, and, during a call, the objects of it.
#pragma once

#include <sys/types.h>

#include "base/fd.h"

namespace scsup {

// The namespaces of a task that are to be entered; empty: they are ours.
struct Namespaces {
  Fd user, mount;
};

// Becomes the deputy of the task whose /proc directory is `task`, in those namespaces;
// hears which identity to take over, says ready or failed, then serves until the other end of `line` closes
// or nothing was asked for half a minute. `parent`: whoever forked it; it dies with that one.
[[noreturn]] void be_deputy(Fd line, Namespaces namespaces, Fd task, pid_t parent);

}  // namespace scsup
