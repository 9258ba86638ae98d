// The filter that libseccomp itself makes from a profile.
#pragma once

#include "tests/unit/plan_sample.h"

namespace scsup {

// The profile as a filter for x86_64, i386 and x32, with rules added as in runc. Names that this libseccomp lacks are
// skipped, as in runc.
inline Program by_libseccomp(const Profile& profile, const Environment& environment) {
  const auto action = [](ProfileAction what, std::optional<std::uint32_t> errno_ret) -> std::uint32_t {
    switch (what) {
      case ProfileAction::kill_process:
        return SCMP_ACT_KILL_PROCESS;
      case ProfileAction::kill_thread:
        return SCMP_ACT_KILL_THREAD;
      case ProfileAction::trap:
        return SCMP_ACT_TRAP;
      case ProfileAction::error:
        return SCMP_ACT_ERRNO(errno_ret.value_or(1));
      case ProfileAction::notify:
        return SCMP_ACT_NOTIFY;
      case ProfileAction::trace:
        return SCMP_ACT_TRACE(errno_ret.value_or(1));
      case ProfileAction::log:
        return SCMP_ACT_LOG;
      case ProfileAction::allow:
        return SCMP_ACT_ALLOW;
    }
    return SCMP_ACT_KILL_PROCESS;
  };
  const auto compare = [](const Comparison& c) -> scmp_arg_cmp {
    if (c.mask != ~std::uint64_t{0}) return {c.arg, SCMP_CMP_MASKED_EQ, c.mask, c.value};
    constexpr scmp_compare ops[] = {SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_LT,
                                    SCMP_CMP_LE, SCMP_CMP_GT, SCMP_CMP_GE};
    return {c.arg, ops[static_cast<int>(c.op)], c.value, 0};
  };
  const std::uint32_t by_default =
      action(profile.default_action ? profile.default_action->value : ProfileAction::allow,
             profile.default_errno_ret);
  const auto filter = seccomp_init(by_default);
  seccomp_arch_add(filter, SCMP_ARCH_X86);
  seccomp_arch_add(filter, SCMP_ARCH_X32);
  Diagnostics ignored;
  for (const ProfileEntry& entry : profile.entries) {
    const std::uint32_t said = action(entry.action, entry.errno_ret);
    if (!counts(entry, environment, ignored) || said == by_default) continue;
    for (const auto& name : entry.names) {
      const int number = seccomp_syscall_resolve_name(name.value.c_str());
      if (number == __NR_SCMP_ERROR) continue;
      std::vector<scmp_arg_cmp> args;
      std::set<int> registers;
      for (const auto& argument : entry.args) {
        args.push_back(compare(argument.comparison));
        registers.insert(argument.comparison.arg);
      }
      if (registers.size() == args.size()) {
        seccomp_rule_add_array(filter, said, number, static_cast<unsigned>(args.size()), args.data());
      } else {
        for (const auto& one : args) seccomp_rule_add_array(filter, said, number, 1, &one);
      }
    }
  }
  const int fd = memfd_create("filter", MFD_CLOEXEC);
  seccomp_export_bpf(filter, fd);
  seccomp_release(filter);
  Program program(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)) / sizeof(sock_filter));
  EXPECT_GT(pread(fd, program.data(), program.size() * sizeof(sock_filter), 0), 0);
  close(fd);
  return program;
}

}  // namespace scsup
