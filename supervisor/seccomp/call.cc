#include "supervisor/seccomp/call.h"

namespace scsup {

std::optional<std::uint64_t> Call::value(Role role) const {
  if (!syscall || role == Role::none) return std::nullopt;
  const int position = syscall->position(role, abi);
  if (position < 0) return std::nullopt;
  const std::uint8_t bits = syscall->arguments(abi)[position].bits;
  return bits < 64 ? args[position] & ((std::uint64_t{1} << bits) - 1) : args[position];
}

Call call_of(Abi abi, std::uint32_t nr, const std::array<std::uint64_t, 6>& args) {
  Call call;
  call.abi = abi;
  call.nr = nr;
  call.syscall = find_syscall(abi, nr);
  call.args = args;
  if (!call.syscall) return call;

  if (const auto mode = call.value(Role::mode)) call.mode = *mode & 07777;
  if (const auto flags = call.value(Role::flags)) call.flags = static_cast<std::uint32_t>(*flags);
  const Syscall& syscall = *call.syscall;
  const bool turned = (call.flags & syscall.turning_flag) != 0;
  call.family = turned ? syscall.turned : syscall.family;

  Operand& operand = call.operand;
  if (const auto dirfd = call.value(Role::dirfd)) operand.dirfd = static_cast<int>(*dirfd);
  if (call.operation().names == Names::object) {
    if (syscall.position(Role::path) < 0) {  // fchmod(fd, mode) is fchmodat2(fd, "", mode, AT_EMPTY_PATH)
      operand.dirfd = static_cast<int>(*call.value(Role::fd));
      operand.path.emplace();
      call.flags = AT_EMPTY_PATH;
    }
    operand.follows = (call.flags & AT_SYMLINK_NOFOLLOW) == 0;
    operand.may_be_empty = (call.flags & AT_EMPTY_PATH) != 0;
  }
  return call;
}

}  // namespace scsup
