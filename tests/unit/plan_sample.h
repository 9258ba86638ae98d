// What tests of the plan use: a profile, and registers that can distinguish plans.
#pragma once

#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>
#include <set>

#include "supervisor/policy/rules/gate.h"
#include "tests/unit/bpf_interpreter.h"
#include "tests/unit/policy_sample.h"

namespace scsup {

using test::policy;

constexpr std::uint32_t notify = SECCOMP_RET_USER_NOTIF;
constexpr const char* debian_profile = "/usr/share/containers/seccomp.json";

// `use` is what a profile must have.
#define NEED_FILE(path) \
  if (access(path, R_OK) != 0) GTEST_SKIP() << path << " is missing (package golang-github-containers-common)"

inline std::uint32_t filter_says(const Program& program, Abi abi, std::uint32_t nr,
                                 const std::array<std::uint64_t, 6>& args) {
  return test::run_bpf(program, test::registers(audit_arch(abi), nr, args)).action;
}

inline CallPlan plan_of(const Policy& policy, std::string_view name, Abi abi = Abi::x86_64) {
  const auto nr = static_cast<std::uint32_t>(find_syscall(name)->number(abi));
  for (const CallPlan& plan : policy.filter().calls)
    if (plan.abi == abi && plan.nr == nr) return plan;
  return {abi, nr, {}, policy.filter().default_action};
}

// The registers that can distinguish the plans of a call: all constants, their neighbours and complements, and random
// values.
inline std::vector<std::uint64_t> interesting(const CallPlan& plan) {
  std::set<std::uint64_t> values{0, 1, ~std::uint64_t{0}, 0xffffffff, 0x100000000};
  for (const Branch& branch : plan.branches) {
    for (const Comparison& c : branch.all_of) {
      for (const std::uint64_t base :
           {c.value, c.mask, c.value | ~c.mask, c.value ^ c.mask, c.value & c.mask})
        for (const std::uint64_t v :
             {base, base - 1, base + 1, base ^ (std::uint64_t{1} << 32), base | 0xabcd00000000})
          values.insert(v);
    }
  }
  return {values.begin(), values.end()};
}

constexpr const char* mobylike = R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
  "syscalls": [
    {"names": ["read", "write", "getpid", "recv", "mkdir", "execve", "setuid", "umask"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}, {"index": 1, "value": 5, "op": "SCMP_CMP_LT"}]},
    {"names": ["bind"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]},
    {"names": ["semop", "shmget"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": 21522, "op": "SCMP_CMP_GE"}, {"index": 1, "value": 7, "op": "SCMP_CMP_LE"}]},
    {"names": ["ptrace"], "action": "SCMP_ACT_KILL"}, {"names": ["reboot"], "action": "SCMP_ACT_TRAP"},
    {"names": ["mount"], "action": "SCMP_ACT_TRACE"}, {"names": ["sync"], "action": "SCMP_ACT_LOG"},
    {"names": ["bpf"], "action": "SCMP_ACT_NOTIFY"}])";

}  // namespace scsup
