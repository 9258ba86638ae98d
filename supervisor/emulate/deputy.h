// A deputy: a process that resolves and acts where the supervisor can't be, with the target's identity: in the
// target's user namespace, in its Landlock domain, or, for calls to which mounts matter, in its mount namespace.
//
// A process with several threads can't enter a user namespace (setns(2)), and what a target may search, make and
// change depends on its capabilities there. Nobody can leave a Landlock domain. And only in the caller's own mount
// namespace does the kernel refuse to remove a mount point: a removal made from elsewhere would unmount it. So a
// small process of one thread does it (zygote.h makes it), and the supervisor, which decides, tells it what to do.
// Root in that namespace may kill or stop the deputy, but neither trace it nor read its memory or descriptors,
// because it isn't dumpable and its memory belongs to our user namespace (ptrace(2)). It has no descriptors but its
// line, in another mount namespace its own /proc/self/fd, and, during a call, that call's objects.
#pragma once

#include <sys/types.h>

#include "base/fd.h"

namespace scsup {

// The namespaces of a task that the deputy is to enter; empty: they are ours.
struct Namespaces {
  Fd user, mount;
};

// Becomes the deputy of the task whose /proc directory is `task`, in those namespaces. Receives the identity to take
// over, replies ready or failed, then serves until the other end of `line` closes or nothing was asked for half a
// minute. `parent` is the process that forked it; the deputy dies with it.
[[noreturn]] void be_deputy(Fd line, Namespaces namespaces, Fd task, pid_t parent);

}  // namespace scsup
