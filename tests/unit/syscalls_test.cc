#include "supervisor/seccomp/syscalls.h"

#include <gtest/gtest.h>
#include <seccomp.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "supervisor/seccomp/call.h"
#include "supervisor/seccomp/engine_names.h"
#include "supervisor/seccomp/runtime_calls.h"

namespace scsup {
namespace {

constexpr Abi abis[] = {Abi::x86_64, Abi::i386, Abi::x32};

std::uint32_t token(Abi abi) {
  return abi == Abi::x86_64 ? SCMP_ARCH_X86_64 : abi == Abi::i386 ? SCMP_ARCH_X86 : SCMP_ARCH_X32;
}

// name -> number from "#define __NR_name 12" or "(__X32_SYSCALL_BIT + 12)".
std::map<std::string, std::uint32_t> header_numbers(Abi abi) {
  const std::string file = abi == Abi::x86_64 ? "unistd_64.h"
                           : abi == Abi::i386 ? "unistd_32.h"
                                              : "unistd_x32.h";
  std::ifstream in("/usr/include/x86_64-linux-gnu/asm/" + file);
  std::map<std::string, std::uint32_t> numbers;
  for (std::string line; std::getline(in, line);) {
    const std::string prefix = "#define __NR_";
    if (!line.starts_with(prefix)) continue;
    const std::size_t space = line.find(' ', prefix.size());
    const std::string name = line.substr(prefix.size(), space - prefix.size());
    const std::size_t digits = line.find_last_not_of("0123456789)") + 1;
    numbers[name] =
        static_cast<std::uint32_t>(std::stoul(line.substr(digits))) | (abi == Abi::x32 ? x32_bit : 0);
  }
  return numbers;
}

TEST(SyscallTable, HasEveryNumberOfTheInstalledHeaders) {
  for (Abi abi : abis) {
    const auto numbers = header_numbers(abi);
    if (numbers.empty()) GTEST_SKIP() << "no asm/unistd headers (linux-libc-dev)";
    EXPECT_GT(numbers.size(), 300u);
    for (const auto& [call, number] : numbers) {
      const Syscall* found = find_syscall(call);
      ASSERT_NE(found, nullptr) << call;
      EXPECT_EQ(static_cast<std::uint32_t>(found->number(abi)), number) << call << " on " << name(abi);
    }
  }
}

TEST(SyscallTable, ClaimsNoNumberOfTheHeadersForAnotherName) {
  for (Abi abi : abis) {
    const auto numbers = header_numbers(abi);
    if (numbers.empty()) GTEST_SKIP() << "no asm/unistd headers (linux-libc-dev)";
    for (const Syscall& call : all_syscalls()) {
      const std::uint32_t number = static_cast<std::uint32_t>(call.number(abi));
      const bool newer = (number & ~x32_bit) > 450 || call.name == "uretprobe";
      if (call.number(abi) >= 0 && !newer) {
        EXPECT_TRUE(numbers.contains(std::string(call.name))) << call.name << " on " << name(abi);
      }
    }
  }
}

TEST(SyscallTable, NamesNumbersAsLibseccompDoes) {
  for (Abi abi : abis) {
    for (std::uint32_t plain = 0; plain < 600; ++plain) {
      const std::uint32_t number = plain | (abi == Abi::x32 ? x32_bit : 0);
      char* known = seccomp_syscall_resolve_num_arch(token(abi), static_cast<int>(number));
      if (!known) continue;
      const Syscall* ours = find_syscall(abi, number);
      ASSERT_NE(ours, nullptr) << known << " on " << name(abi);
      EXPECT_EQ(ours->name, known) << " on " << name(abi);
      std::free(known);
    }
  }
}

TEST(SyscallTable, FindsEachRowByNameAndByNumber) {
  for (const Syscall& call : all_syscalls()) {
    EXPECT_EQ(find_syscall(call.name), &call);
    for (Abi abi : abis) {
      if (call.number(abi) < 0) continue;
      EXPECT_EQ(find_syscall(abi, static_cast<std::uint32_t>(call.number(abi))), &call) << call.name;
    }
  }
}

TEST(SyscallTable, IsSortedByName) {
  EXPECT_TRUE(std::ranges::is_sorted(all_syscalls(), std::ranges::less{}, &Syscall::name));
}

TEST(SyscallTable, KnowsNothingOfOddNumbersAndNames) {
  for (Abi abi : abis)
    for (std::uint32_t odd :
         {548u, 1000u, 0x3fffffffu, 0x40000000u | 548, 0x7fffffffu, 0x80000000u, 0xffffffffu})
      EXPECT_EQ(find_syscall(abi, odd), nullptr) << name(abi) << " " << odd;
  EXPECT_EQ(find_syscall(Abi::x86_64, x32_bit | 83), nullptr);
  EXPECT_EQ(find_syscall(Abi::x32, 83), nullptr);
  EXPECT_EQ(find_syscall(""), nullptr);
  EXPECT_EQ(find_syscall("mkdirr"), nullptr);
  EXPECT_EQ(find_syscall("zzz"), nullptr);
}

TEST(SyscallTable, TellsTheAbisApart) {
  EXPECT_EQ(find_syscall(Abi::x86_64, 83)->name, "mkdir");
  EXPECT_EQ(find_syscall(Abi::i386, 83)->name, "symlink");
  EXPECT_EQ(find_syscall(Abi::x32, x32_bit | 520)->name, "execve");
  EXPECT_EQ(find_syscall(Abi::x86_64, 520), nullptr);
}

TEST(SyscallTable, KnowsCallsNewerThanTheHeaders) {
  for (Abi abi : abis) {
    const std::uint32_t bit = abi == Abi::x32 ? x32_bit : 0;
    EXPECT_EQ(find_syscall(abi, bit | 452)->name, "fchmodat2");
    EXPECT_EQ(find_syscall(abi, bit | 463)->name, "setxattrat");
    EXPECT_EQ(find_syscall(abi, bit | 467)->name, "open_tree_attr");
    EXPECT_EQ(find_syscall(abi, bit | 469)->name, "file_setattr");
  }
}

TEST(SyscallTable, AGroupCoversEveryWayToTheEffect) {
  std::map<std::string, std::set<std::string>> members;
  for (const Syscall& call : all_syscalls())
    for (const std::string_view group : all_groups())
      if (group != "@runtime" && belongs_to(call, group)) members[std::string(group)].emplace(call.name);
  EXPECT_EQ(members["@mkdir"], (std::set<std::string>{"mkdir", "mkdirat"}));
  EXPECT_EQ(members["@chmod"], (std::set<std::string>{"chmod", "fchmod", "fchmodat", "fchmodat2"}));
  EXPECT_EQ(members["@rmdir"], (std::set<std::string>{"rmdir", "unlinkat"}));
  EXPECT_EQ(members["@unlink"], (std::set<std::string>{"unlink", "unlinkat"}));
  EXPECT_EQ(members.size() + 1, all_groups().size());  // and @runtime
  for (const auto& [group, unused] : members) EXPECT_TRUE(is_group(group));
  EXPECT_FALSE(is_group("mkdir"));
  EXPECT_FALSE(is_group("@nothing"));
}

TEST(SyscallTable, AGroupMeansThePartOfUnlinkatThatIsItsOwn) {
  struct Name {
    std::string_view value;
  };
  const Syscall* const unlinkat = find_syscall("unlinkat");
  const auto part = [&](std::vector<Name> names) {
    const auto calls = calls_of(names);
    return std::ranges::find(calls, unlinkat, &Named::syscall)->portion;
  };
  EXPECT_EQ(part({{"@rmdir"}}), Portion::with_flag);
  EXPECT_EQ(part({{"@unlink"}}), Portion::without_flag);
  EXPECT_EQ(part({{"@unlink"}, {"@rmdir"}}), Portion::whole);
  EXPECT_EQ(part({{"@rmdir"}, {"unlinkat"}}), Portion::whole);
  EXPECT_EQ(call_of(Abi::x86_64, 263, {0, 0, 0, 0, 0, 0}).family, Family::unlink);
  EXPECT_EQ(call_of(Abi::x86_64, 263, {0, 0, AT_REMOVEDIR, 0, 0, 0}).family, Family::rmdir);
}

// Each name in the list must exist, or it would stand for nothing.
TEST(SyscallTable, RuntimeIsWhatContainerRuntimesDoAfterTheFilter) {
  EXPECT_TRUE(is_group("@runtime"));
  const auto calls = calls_named("@runtime");
  EXPECT_EQ(calls.size(), 65u);  // as many as there are names: a misspelt one would be missing
  for (const char* name :
       {"execve", "write", "futex", "epoll_ctl", "setresuid", "wait4", "close_range", "umask"})
    EXPECT_TRUE(is_runtime_call(*find_syscall(name))) << name;
  for (const char* name : {"mkdir", "chmod", "mount", "fsopen", "unshare", "execveat", "socket"})
    EXPECT_FALSE(is_runtime_call(*find_syscall(name))) << name;
  EXPECT_TRUE(belongs_to(*find_syscall("fchmod"), "@chmod"));
  EXPECT_FALSE(belongs_to(*find_syscall("fchmod"), "@runtime"));
}

TEST(SyscallTable, KnowsWhichNamesAnEngineMayNotUnderstand) {
  EXPECT_FALSE(engines_know(*find_syscall("fchmodat2")));
  EXPECT_TRUE(engines_know(*find_syscall("fchmodat")));
  EXPECT_FALSE(engines_know(*find_syscall("uretprobe")));
  EXPECT_TRUE(engines_know(*find_syscall("rt_sigaction")));
  for (const Syscall& call : all_syscalls())
    EXPECT_TRUE(!engines_know(call) ||
                seccomp_syscall_resolve_name(std::string(call.name).c_str()) != __NR_SCMP_ERROR)
        << call.name;
}

TEST(SyscallTable, KnowsWhatRunsAProgram) {
  std::set<std::string_view> names;
  for (const Syscall& call : all_syscalls())
    if (call.runs_program) names.insert(call.name);
  EXPECT_EQ(names, (std::set<std::string_view>{"execve", "execveat"}));
}

TEST(SyscallTable, PlacesTheArgumentsOfTheEmulatedFamilies) {
  struct Expected {
    const char* call;
    int dirfd, path, mode, flags, fd;
  };
  for (const Expected& e : {Expected{"mkdir", -1, 0, 1, -1, -1}, Expected{"mkdirat", 0, 1, 2, -1, -1},
                            Expected{"chmod", -1, 0, 1, -1, -1}, Expected{"fchmod", -1, -1, 1, -1, 0},
                            Expected{"fchmodat", 0, 1, 2, -1, -1}, Expected{"fchmodat2", 0, 1, 2, 3, -1}}) {
    const Syscall& call = *find_syscall(e.call);
    for (Abi abi : abis) {
      EXPECT_EQ(call.position(Role::dirfd, abi), e.dirfd) << e.call;
      EXPECT_EQ(call.position(Role::path, abi), e.path) << e.call;
      EXPECT_EQ(call.position(Role::mode, abi), e.mode) << e.call;
      EXPECT_EQ(call.position(Role::flags, abi), e.flags) << e.call;
      EXPECT_EQ(call.position(Role::fd, abi), e.fd) << e.call;
    }
    EXPECT_EQ(call.args[e.mode].bits, 16) << e.call;
  }
}

TEST(SyscallTable, FollowsI386WhereItsSignatureDiffers) {
  const Syscall& mark = *find_syscall("fanotify_mark");  // its 64-bit mask takes two registers
  EXPECT_EQ(mark.position(Role::path, Abi::x86_64), 4);
  EXPECT_EQ(mark.position(Role::path, Abi::i386), 5);
  EXPECT_EQ(find_syscall("mmap")->position(Role::fd, Abi::i386), -1);
  EXPECT_EQ(find_syscall("mmap")->position(Role::fd, Abi::x86_64), 4);
}

TEST(Call, CutsAValueToTheBitsTheKernelLooksAt) {
  Call call;
  call.syscall = find_syscall("mkdir");
  call.args = {0, 0xffffffff'ffff01ff};
  EXPECT_EQ(call.value(Role::mode), 0xff01ffu & 0xffff);
  EXPECT_EQ(call.value(Role::flags), std::nullopt);
  EXPECT_EQ(call.value(Role::none), std::nullopt);
  call.syscall = nullptr;
  EXPECT_EQ(call.value(Role::mode), std::nullopt);
}

TEST(Call, RootsUidCantHideBehindTheHighBitsOnI386) {
  Call call;
  call.syscall = find_syscall("setresuid");
  call.args = {0x10000};
  call.abi = Abi::i386;
  EXPECT_EQ(call.value(Role::uid), 0u);
  call.abi = Abi::x86_64;
  EXPECT_EQ(call.value(Role::uid), 0x10000u);
  call.args = {0x1'0000'0000};
  EXPECT_EQ(call.value(Role::uid), 0u);
}

}  // namespace
}  // namespace scsup
