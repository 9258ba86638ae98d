// Paths that name a descriptor of the calling task: /proc/self/fd/N, /proc/thread-self/fd/N, its own /proc/PID/fd/N,
// and /dev/fd/N.
//
// glibc's fchmodat(3) uses them for AT_SYMLINK_NOFOLLOW, and so do tar, systemd, runc, Rust and Go. For each of them
// the walk (walk.h) would take thirty system calls and a worker.
#pragma once

#include <optional>

#include "base/fd.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/root.h"
#include "supervisor/target/task.h"

namespace scsup {

struct OwnDescriptor {
  int err = 0;  // the path leads to nothing, for this reason
  Fd object;    // O_PATH on what the descriptor is open on
};

// What such a path leads to, if it surely is one: when /proc is the supervisor's own procfs and nothing is mounted
// over the way. Nothing: walk it. Never waits. Call it with the supervisor's own rights.
std::optional<OwnDescriptor> own_descriptor(const std::string& path, const Task& task, const Root& root);

}  // namespace scsup
