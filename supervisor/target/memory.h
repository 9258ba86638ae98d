// Reading a target's memory. An address in the target is a RemoteAddress, never a pointer.
//
// Reads go by thread id through process_vm_readv(2), which honours the page protections that the target itself would
// meet. Where that call is refused, they go through /proc/TID/mem, which ignores them, so /proc/TID/maps says what
// may be read. The id may have been reused: a read counts only if the notification is still valid afterwards. A read
// can stall (userfaultfd, a file mapped from FUSE): only call it where that harms one session alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <variant>

namespace scsup {

struct RemoteAddress {
  std::uint64_t value = 0;
};

// Why there is no string: EFAULT, ENAMETOOLONG (no NUL within PATH_MAX), or why we may not read it (EPERM: the target
// isn't dumpable; ESRCH: it is gone).
struct ReadFailure {
  int err = 0;
};

// The NUL-terminated path at `from`, at most PATH_MAX bytes with its NUL, copied once.
std::variant<std::string, ReadFailure> read_path(pid_t tid, RemoteAddress from);

// Whether that process's memory can be read at all: tried on a forked copy of this program.
bool can_read_memory_of(pid_t copy);

}  // namespace scsup
