// The one table of system calls: number on each ABI, what each argument is, the group it belongs to, how it
// is emulated. Filter, decoding, policy names, `scsup syscalls` and the documentation are all made from it.
//
// Rows come from Linux 6.1's unistd headers plus the calls that were added up to 6.17 (same number on
// every ABI since 5.1; uretprobe of 6.11 is the exception).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "supervisor/seccomp/abi.h"

namespace scsup {

// What an argument means, for conditions by name and for decoding. `value` is a plain number, `pointer` an
// address that scsup doesn't follow. `path` names an object that the call resolves: not the text of a new
// symlink, not the device of a mount.
enum class Role : std::uint8_t { none, value, fd, dirfd, path, mode, flags, uid, gid, address, pointer };

struct Argument {
  Role role = Role::none;
  std::uint8_t bits = 64;  // how much of the register the kernel looks at: mode 16, flags, fds and ids 32
};

// The emulation that performs a call (emulate/), or none: it can only be allowed in place or denied.
enum class Family : std::uint8_t { none, mkdir, chmod };
// Can a Landlock domain forbid calls of this family? (landlock(7): it has no say in chmod(2).)
constexpr bool landlock_restricts(Family family) { return family == Family::mkdir; }

using Signature = std::array<Argument, 6>;

struct Syscall {
  std::string_view name;                   // as in libseccomp; i386-only variants keep their own (setuid32)
  std::array<std::int32_t, abi_count> nr;  // indexed by Abi, x32 with its bit; -1 where the ABI lacks it
  Signature args;                          // on x86_64 and x32; for a given ABI ask arguments()
  std::string_view group;                  // "@mkdir", or empty
  Family family = Family::none;
  bool runs_program = false;  // execve, execveat: where a container's runtime ends and its program begins
  bool confines =
      false;  // landlock_restrict_self: what is performed for the task afterwards must stay within
  const Signature* i386_args = nullptr;  // where i386 differs

  // On i386 setuid looks at 16 bits of its uid, on x86_64 at 32: with the wrong width 0x10000 passes for a
  // uid that isn't root's.
  constexpr const Signature& arguments(Abi abi) const {
    return abi == Abi::i386 && i386_args ? *i386_args : args;
  }

  constexpr std::int32_t number(Abi abi) const { return nr[static_cast<int>(abi)]; }
  // How many arguments it takes; what lies in the other registers is anything.
  constexpr std::size_t arity(Abi abi) const {
    const Signature& signature = arguments(abi);
    std::size_t count = signature.size();
    while (count > 0 && signature[count - 1].role == Role::none) --count;
    return count;
  }
  // The position of the first argument with that role, or -1.
  constexpr int position(Role role, Abi abi = Abi::x86_64) const {
    const Signature& signature = arguments(abi);
    for (int i = 0; i < 6; ++i)
      if (signature[i].role == role) return i;
    return -1;
  }
};

std::span<const Syscall> all_syscalls();                     // sorted by name
const Syscall* find_syscall(std::string_view name);          // nullptr: unknown
const Syscall* find_syscall(Abi abi, std::uint32_t number);  // nullptr: unknown
bool is_group(std::string_view name);                        // "@mkdir"
std::span<const std::string_view> all_groups();
// Syscall::group names one; a call may be in "@runtime" (runtime_calls.h) besides.
bool belongs_to(const Syscall& syscall, std::string_view group);
// What a name in a policy stands for: a call, or a group's members; none for an unknown name.
std::vector<const Syscall*> calls_named(std::string_view name);

std::string_view name(Role role);  // "path", "mode", ... as written in a policy

}  // namespace scsup
