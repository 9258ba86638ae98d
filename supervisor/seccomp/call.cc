#include "supervisor/seccomp/call.h"

namespace scsup {

std::optional<std::uint64_t> Call::value(Role role) const {
  if (!syscall || role == Role::none) return std::nullopt;
  const int position = syscall->position(role, abi);
  if (position < 0) return std::nullopt;
  const std::uint8_t bits = syscall->arguments(abi)[position].bits;
  return bits < 64 ? args[position] & ((std::uint64_t{1} << bits) - 1) : args[position];
}

}  // namespace scsup
