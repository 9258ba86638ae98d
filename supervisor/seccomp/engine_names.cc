#include "supervisor/seccomp/engine_names.h"

#include <algorithm>

namespace scsup {

bool engines_know(const Syscall& syscall) {
  constexpr std::int32_t last =
      450;  // set_mempolicy_home_node, 5.17; later calls have one number on every ABI
  if (syscall.name == "uretprobe" || syscall.name == "uprobe") return false;  // 6.11, 6.18; x86_64 alone
  constexpr std::int32_t first_of_x32_alone = 512;
  const std::int32_t number = std::max(syscall.number(Abi::x86_64), syscall.number(Abi::i386));
  return number <= last || number >= first_of_x32_alone;
}

}  // namespace scsup
