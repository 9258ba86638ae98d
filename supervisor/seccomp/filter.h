// From a plan (what to do with each call of each ABI) to a BPF program for seccomp(2).
//
// libseccomp builds the tree that finds a call's action by architecture and number. A call whose action
// depends on its arguments, or whose number libseccomp can't be given, is decided by branches of our own
// in front of that tree: the first branch whose comparisons all hold decides, so the program means exactly
// what the policy's "first match wins" means. (libseccomp reorders argument rules, can't negate a masked
// comparison and lets an unconditional rule swallow conditional ones.)
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/seccomp/abi.h"

namespace scsup {

// Actions, SECCOMP_RET_* | data: the one that notifies the supervisor, and those that just let the call go on.
inline constexpr std::uint32_t ask_supervisor = SECCOMP_RET_USER_NOTIF;
inline bool lets_through(std::uint32_t action) {
  return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

inline constexpr std::uint64_t every_bit = ~std::uint64_t{0};

enum class Compare : std::uint8_t { eq, ne, lt, le, gt, ge };

struct Comparison {
  std::uint8_t arg = 0;  // 0 to 5
  Compare op = Compare::eq;
  std::uint64_t value = 0;
  std::uint64_t mask = every_bit;  // (args[arg] & mask) op value, unsigned 64 bit

  bool holds(std::uint64_t argument) const;
  bool operator==(const Comparison&) const = default;
};

struct Branch {
  std::vector<Comparison> all_of;                   // empty: always
  std::uint32_t action = SECCOMP_RET_KILL_PROCESS;  // SECCOMP_RET_* | data
  bool operator==(const Branch&) const = default;
};

struct CallPlan {
  Abi abi = Abi::x86_64;
  std::uint32_t nr = 0;  // x32 with its bit
  std::vector<Branch> branches;
  std::uint32_t otherwise = SECCOMP_RET_KILL_PROCESS;
};

struct FilterPlan {
  std::vector<Abi> abis;  // calls of any other are killed (process)
  std::uint32_t default_action = SECCOMP_RET_KILL_PROCESS;
  std::vector<CallPlan> calls;  // at most one per (abi, nr)
  bool log = false;             // SECCOMP_FILTER_FLAG_LOG asked for by the policy
};

using Program = std::vector<sock_filter>;

// The number -1, of a call that a tracer has cancelled, gets the default action if x86_64 is admitted. Fails if the
// program would exceed BPF_MAXINSNS (4096) or the plan names an ABI that is not in `abis`.
Result<Program> compile(const FilterPlan& plan);

// The program as a memfd that nobody can change any more (F_SEAL_WRITE | SHRINK | GROW | SEAL).
Result<Fd> sealed_memfd(const Program& program);

}  // namespace scsup
