// The state of a process from /proc/PID/stat (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace scsup {

struct ProcessState {
  char state;  // 'T' stopped, 't' stopped by a tracer, 'Z' zombie...
  pid_t parent;
  std::uint64_t start;  // clock ticks after boot
};

// Nothing: there is no such process, or it can't be seen.
std::optional<ProcessState> process_state(pid_t pid);

}  // namespace scsup
