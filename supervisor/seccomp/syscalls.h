// The one table of system calls: number on each ABI, what each argument is, the group it belongs to, how it is
// emulated. Filter, decoding, policy names, `scsup syscalls` and the documentation are all derived from it.
//
// Rows come from Linux 6.1's unistd headers plus the calls that were added up to 6.17 (same number on
// every ABI since 5.1; uretprobe of 6.11 is the exception).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "supervisor/seccomp/abi.h"
#include "supervisor/seccomp/operation.h"

namespace scsup {

// What an argument means, for conditions by name and for decoding. `value` is a plain number, `pointer` an address
// that scsup doesn't follow. `path` names an object that the call resolves: not the text of a new symlink, not the
// device of a mount.
enum class Role : std::uint8_t { none, value, fd, dirfd, path, mode, flags, uid, gid, address, pointer };

struct Argument {
  Role role = Role::none;
  std::uint8_t bits = 64;  // how much of the register the kernel looks at: mode 16, flags, fds and ids 32
};

using Signature = std::array<Argument, 6>;

struct Syscall {
  std::string_view name;                   // as in libseccomp; i386-only variants keep their own (setuid32)
  std::array<std::int32_t, abi_count> nr;  // indexed by Abi, x32 with its bit; -1 where the ABI lacks it
  Signature args;                          // on x86_64 and x32; for a given ABI ask arguments()
  Family family = Family::none;
  // unlinkat(2) is two calls in one: with `turning_flag` it belongs to this family. Zero: the call has one family
  // only.
  Family turned = Family::none;
  std::uint32_t turning_flag = 0;
  bool runs_program = false;  // execve, execveat: where a container's runtime ends and its program begins
  bool confines =
      false;  // landlock_restrict_self: what is performed for the task afterwards must stay within
  const Signature* i386_args = nullptr;  // where i386 differs

  // On i386 setuid looks at 16 bits of its uid, on x86_64 at 32. With the wrong width 0x10000 would pass for a uid
  // that isn't root's.
  constexpr const Signature& arguments(Abi abi) const {
    return abi == Abi::i386 && i386_args ? *i386_args : args;
  }

  constexpr const Operation& operation() const { return scsup::operation(family); }
  constexpr bool is_performed() const { return family != Family::none; }
  constexpr std::int32_t number(Abi abi) const { return nr[static_cast<int>(abi)]; }
  // The number of arguments it takes; the other registers may hold anything.
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
// A family's group (operation.h), and "@runtime" (runtime_calls.h).
bool belongs_to(const Syscall& syscall, std::string_view group);

// Which part of a two-in-one call a group means: "@rmdir" is unlinkat with AT_REMOVEDIR, "@unlink" without.
enum class Portion : std::uint8_t { whole, with_flag, without_flag };
struct Named {
  const Syscall* syscall;
  Portion portion;
  bool operator==(const Named&) const = default;
};
// The calls that a name in a policy stands for: one call, or a group's members; none for an unknown name.
std::vector<Named> calls_named(std::string_view name);
// The same for several names together, each call once: two complementary parts make the whole.
template <class Names>
std::vector<Named> calls_of(const Names& written) {
  std::vector<Named> calls;
  for (const auto& one : written)
    for (const Named& named : calls_named(one.value)) {
      const auto before = std::ranges::find(calls, named.syscall, &Named::syscall);
      if (before == calls.end())
        calls.push_back(named);
      else if (before->portion != named.portion)
        before->portion = Portion::whole;
    }
  return calls;
}

std::string_view name(Role role);  // "path", "mode", ... as written in a policy

}  // namespace scsup
