// supervise.trap: what the filter traps for the sake of a later policy.
#include "tests/unit/libseccomp_sample.h"

namespace scsup {
namespace {

constexpr const char* every_abi =
    R"("architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])";

std::string with_trap(const std::string& traps, const std::string& more = "") {
  return std::string(R"({"defaultAction": "SCMP_ACT_ALLOW", )") + every_abi + more + R"(,
"supervise": {"trap": [)" +
         traps + "]}}";
}

TEST(Trap, ShowsCallsThatNoRuleNamesOnEveryAbi) {
  const auto p = policy(with_trap(R"("@chmod", "unlink")"));
  for (const char* name : {"chmod", "fchmod", "fchmodat", "fchmodat2", "unlink"})
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32})
      EXPECT_EQ(plan_of(*p, name, abi).otherwise, notify) << name;
  EXPECT_EQ(plan_of(*p, "unlinkat").otherwise, SECCOMP_RET_ALLOW);
}

TEST(Trap, LeavesTheDecisionAndItsOrigin) {
  const std::string entries =
      R"(, "syscalls": [{"names": ["unlink"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18,
        "args": [{"index": 1, "value": 7, "op": "SCMP_CMP_EQ"}]}])";
  const auto with = policy(with_trap(R"("unlink", "umask")", entries));
  const auto without =
      policy(std::string(R"({"defaultAction": "SCMP_ACT_ALLOW", )") + every_abi + entries + "}");
  for (const std::uint64_t value : {0, 7}) {
    const auto decision = with->decide(test::call("unlink", {0, value}), nullptr);
    const auto before = without->decide(test::call("unlink", {0, value}), nullptr);
    ASSERT_TRUE(decision && before);
    EXPECT_EQ(decision->act, before->act);
    EXPECT_EQ(decision->err, before->err);
    EXPECT_EQ(decision->origin->words, before->origin->words);
    EXPECT_FALSE(decision->looked_at_object);
  }
  EXPECT_TRUE(with->decide(test::call("umask"), nullptr)->record);
}

TEST(Trap, ARuleThatLooksAtPathsStillDoes) {
  const auto p = policy(R"({"supervise": {"trap": ["mkdir"],
    "rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "deny"}]}})");
  EXPECT_FALSE(p->decide(test::call("mkdir"), nullptr));
  const std::string_view object = "/b";
  EXPECT_TRUE(p->decide(test::call("mkdir"), &object)->looked_at_object);
}

TEST(Trap, WhatALaterRuleOnPathsNeedsIsShownToo) {
  const auto performed = policy(with_trap(R"("@chmod")"));
  EXPECT_EQ(plan_of(*performed, "io_uring_setup").otherwise, notify);
  EXPECT_EQ(performed->decide(test::call("io_uring_setup"), nullptr)->act, Act::allow);
  const auto by_path = policy(with_trap(R"("unlink")"));
  EXPECT_EQ(plan_of(*by_path, "io_uring_setup").otherwise, notify);
  EXPECT_EQ(plan_of(*by_path, "umask").otherwise, SECCOMP_RET_ALLOW);
  const auto neither = policy(with_trap(R"("getppid")"));
  EXPECT_EQ(plan_of(*neither, "io_uring_setup").otherwise, SECCOMP_RET_ALLOW);
  const auto rings = policy(R"({"supervise": {"io_uring": "allow", "trap": ["@chmod"]}})");
  EXPECT_EQ(plan_of(*rings, "io_uring_setup").otherwise, SECCOMP_RET_ALLOW);
}

TEST(Trap, CallsInsideSocketcallAreShownAloneThere) {
  const auto p = policy(with_trap(R"("socket")"));
  const auto program = compile(p->filter());
  ASSERT_TRUE(program);
  const auto socketcall = static_cast<std::uint32_t>(find_syscall("socketcall")->number(Abi::i386));
  EXPECT_EQ(filter_says(*program, Abi::i386, socketcall, {1}), notify);
  EXPECT_EQ(filter_says(*program, Abi::i386, socketcall, {2}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(plan_of(*p, "socket", Abi::i386).otherwise, notify);
}

TEST(Trap, WhatOnlyTheKernelCanDoStaysInTheFilter) {
  const Built built =
      build(test::document(with_trap(R"("reboot", "mount", "sync", "syslog")", R"(, "syscalls": [
    {"names": ["reboot"], "action": "SCMP_ACT_KILL"}, {"names": ["sync"], "action": "SCMP_ACT_LOG"},
    {"names": ["syslog"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0},
    {"names": ["mount"], "action": "SCMP_ACT_TRACE", "args": [{"index": 3, "value": 9, "op": "SCMP_CMP_EQ"}]}])")),
            "p.json", test::environment());
  ASSERT_TRUE(built.policy);
  EXPECT_EQ(plan_of(*built.policy, "reboot").otherwise, SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(plan_of(*built.policy, "syslog").otherwise, SECCOMP_RET_ERRNO);
  EXPECT_EQ(plan_of(*built.policy, "sync").otherwise, notify);
  const CallPlan mount = plan_of(*built.policy, "mount");
  EXPECT_EQ(mount.otherwise, notify);
  ASSERT_EQ(mount.branches.size(), 1u);
  EXPECT_EQ(mount.branches[0].action, SECCOMP_RET_TRACE | EPERM);
  const std::string remarks = test::all_text(built.diagnostics);
  for (const char* remark :
       {"5:24: warning: \"trap\" changes nothing where the Docker part has 'reboot' killed, traced",
        "5:34: warning: \"trap\" changes nothing where the Docker part has 'mount'",
        "5:51: warning: \"trap\" changes nothing where the Docker part has 'syslog'"})
    EXPECT_NE(remarks.find(remark), std::string::npos) << remarks;
  EXPECT_EQ(remarks.find("'sync'"), std::string::npos) << remarks;
}

// libseccomp treats a trapped call like one with a SCMP_ACT_NOTIFY entry; every other call is unchanged.
TEST(Trap, IsANotifyEntryForLibseccomp) {
  const Document without = test::document(mobylike + std::string("}"));
  Document with = without;
  with.supervise.emplace().audit = AuditScope::trapped;
  for (const char* name : {"read", "personality", "semop", "getcwd"})
    with.supervise->traps.push_back({name, {}});
  const auto ours = compile(policy(with)->filter());
  ASSERT_TRUE(ours) << ours.error().text();
  Profile profile = without.profile;
  for (ProfileEntry& entry : profile.entries)
    std::erase_if(entry.names, [](const auto& name) {
      return name.value == "personality" || name.value == "semop" || name.value == "read";
    });
  ProfileEntry trapped;
  trapped.action = ProfileAction::notify;
  for (const auto& name : with.supervise->traps) trapped.names.push_back(name);
  profile.entries.push_back(trapped);
  const Program theirs = by_libseccomp(profile, test::environment());
  for (const Syscall& syscall : all_syscalls()) {
    if (seccomp_syscall_resolve_name(std::string(syscall.name).c_str()) == __NR_SCMP_ERROR) continue;
    if (syscall.name == "bpf") continue;  // NOTIFY is answered there
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32})
      for (const std::uint64_t value : {0, 1, 3, 8, 9})
        if (syscall.number(abi) >= 0) {
          const auto nr = static_cast<std::uint32_t>(syscall.number(abi));
          EXPECT_EQ(filter_says(*ours, abi, nr, {value}), filter_says(theirs, abi, nr, {value}))
              << syscall.name << " " << name(abi) << " " << value;
        }
  }
}

TEST(Trap, IsShownWithItsPlace) {
  const std::string text = show(test::document(with_trap(R"("getppid")")), "p.json", test::environment());
  EXPECT_NE(
      text.find(
          "trapped, so that a later policy can decide them\n"
          "  getppid  trapped, by supervise.trap at p.json:2:24: allow by defaultAction at p.json:1:19\n"),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace scsup
