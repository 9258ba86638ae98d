// i386 has the socket and System V IPC calls twice: under numbers of their own (since 4.3 and 5.1) and inside
// socketcall(2) and ipc(2), which select the call by their first argument. A rule that covered only the first could
// be bypassed by the second.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "supervisor/seccomp/filter.h"
#include "supervisor/seccomp/syscalls.h"

namespace scsup {

struct Multiplexed {
  const Syscall* through = nullptr;  // socketcall or ipc
  Comparison selects;                // holds for its first register if it means this call
};

// Also for names that exist only inside them ("recv", "send").
std::optional<Multiplexed> multiplexed_on_i386(std::string_view name);
std::vector<std::string_view> multiplexed_names();

}  // namespace scsup
