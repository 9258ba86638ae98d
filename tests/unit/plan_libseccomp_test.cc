// The filter means what libseccomp makes of the same profile.
#include <gtest/gtest.h>

#include "tests/unit/plan_sample.h"

namespace scsup {
namespace {

// The same profile through libseccomp itself, added as runc adds it.
Program by_libseccomp(const Profile& profile, const Environment& environment) {
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
  const std::uint32_t by_default = action(profile.default_action->value, profile.default_errno_ret);
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

void compare_with_libseccomp(Document document, const Environment& with) {
  document.supervise.emplace().audit = AuditScope::trapped;  // denials of the Docker part stay in the filter
  const Program theirs = by_libseccomp(document.profile, with);
  const auto p = policy(document, with);
  const auto ours = compile(p->filter());
  ASSERT_TRUE(ours) << ours.error().text();
  std::mt19937_64 engine(1);
  for (const Syscall& syscall : all_syscalls()) {
    if (seccomp_syscall_resolve_name(std::string(syscall.name).c_str()) == __NR_SCMP_ERROR) continue;
    for (const Abi abi : p->filter().abis) {
      const auto nr = static_cast<std::uint32_t>(syscall.number(abi));
      if (syscall.number(abi) < 0 || plan_of(*p, syscall.name, abi).otherwise == notify) continue;  // watched
      const auto values = interesting(plan_of(*p, syscall.name, abi));
      for (int i = 0; i < 40; ++i) {
        std::array<std::uint64_t, 6> args;
        for (auto& arg : args) {
          arg = engine() % 4 ? values[engine() % values.size()] : engine() >> engine() % 60;
          if (abi == Abi::i386) arg &= 0xffffffff;
        }
        // The version that ipc(2) takes in its upper half: libseccomp doesn't mind it, we do (multiplexed.h).
        if (syscall.name == "ipc") args[0] &= 0xffff;
        ASSERT_EQ(filter_says(*ours, abi, nr, args), filter_says(theirs, abi, nr, args))
            << name(abi) << " " << syscall.name << std::hex << " " << args[0] << " " << args[1];
      }
    }
  }
}

TEST(Plan, DebiansProfileMeansWhatLibseccompMakesOfIt) {
  NEED_FILE(debian_profile);
  for (const std::uint64_t caps : {std::uint64_t{0}, std::uint64_t{0xa80425fb}, std::uint64_t{1} << 21}) {
    Environment with = test::environment();
    with.caps = caps;
    compare_with_libseccomp(test::document(test::file_text(debian_profile)), with);
  }
}

TEST(Plan, ConditionsMeanWhatLibseccompMakesOfThem) {
  std::string text = mobylike;
  text.resize(text.rfind(", {\"names\": [\"sync\"]"));  // LOG is 4.14; NOTIFY has another meaning here
  compare_with_libseccomp(test::document(text + "]}"), test::environment());
}

}  // namespace
}  // namespace scsup
