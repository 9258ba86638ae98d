// A policy's decision on a call.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory_resource>

#include "supervisor/policy/paths/path_set.h"
#include "tests/unit/policy_sample.h"

namespace scsup {
namespace {

using test::call;
using test::policy;

Decision decide(const Policy& policy, const Call& call, std::string_view object = "") {
  const auto decision = policy.decide(call, &object);
  EXPECT_TRUE(decision);
  return decision.value_or(Decision{});
}

std::string why(const Decision& decision) { return decision.origin->words; }

constexpr const char* workspace = R"({"supervise": {
  "default": {"action": "deny", "errno": "EACCES"},
  "rules": [
    {"id": "no-setuid", "syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny", "errno": "EXDEV"},
    {"id": "home", "syscalls": ["@mkdir", "@chmod"], "path": ["~/**", "${PWD}/**"], "action": "allow"},
    {"syscalls": ["@mkdir"], "path": "/srv/private/**", "action": "emulate", "emulate": {"mode_mask": "0700"}}
  ]}})";

TEST(Decide, FirstMatchingRuleDecidesElseTheDefault) {
  const auto p = policy(workspace);
  const Decision allowed = decide(*p, call("mkdir", {0, 0755}), "/home/ann/x");
  EXPECT_EQ(allowed.act, Act::allow);
  EXPECT_EQ(allowed.origin->id, "home");
  EXPECT_EQ(allowed.origin->at, "p.json:5:5");
  EXPECT_EQ(why(allowed), "rule home at p.json:5:5");
  EXPECT_TRUE(allowed.looked_at_object);

  const Decision emulated = decide(*p, call("mkdirat", {0, 0, 0755}), "/srv/private");
  EXPECT_EQ(emulated.act, Act::emulate);
  EXPECT_EQ(emulated.mode_mask, 0700u);
  EXPECT_EQ(why(emulated), "the rule at p.json:6:5");

  const Decision denied = decide(*p, call("mkdir", {0, 0755}), "/etc/x");
  EXPECT_EQ(denied.act, Act::deny);
  EXPECT_EQ(denied.err, EACCES);
  EXPECT_EQ(why(denied), "supervise.default at p.json:2:14");
  EXPECT_TRUE(denied.origin->fallback());
  EXPECT_TRUE(denied.looked_at_object);
  EXPECT_TRUE(denied.record);
}

TEST(Decide, AsksForTheObjectOnlyWhenARuleHasToSeeIt) {
  const auto p = policy(workspace);
  EXPECT_FALSE(p->decide(call("mkdir", {0, 0755}), nullptr));
  EXPECT_FALSE(p->decide(call("chmod", {0, 0755}), nullptr));
  const auto setuid = p->decide(call("chmod", {0, 04755}), nullptr);
  ASSERT_TRUE(setuid);
  EXPECT_EQ(setuid->err, EXDEV);
  EXPECT_FALSE(setuid->looked_at_object);
  EXPECT_TRUE(p->decide(call("getppid"), nullptr));

  const auto q = policy(R"({"supervise": {"rules": [
    {"syscalls": ["@chmod"], "mode": "0600", "path": "/a/**", "action": "deny"},
    {"syscalls": ["@chmod"], "mode": "0700", "path": "/b/**", "action": "deny"}], "default": {"action": "allow"}}})");
  EXPECT_FALSE(q->decide(call("chmod", {0, 0600}), nullptr));
  EXPECT_FALSE(q->decide(call("chmod", {0, 0700}), nullptr));
  const auto other = q->decide(call("chmod", {0, 0644}), nullptr);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->act, Act::allow);
  EXPECT_FALSE(other->looked_at_object);
  EXPECT_TRUE(decide(*q, call("chmod", {0, 0600}), "/c").looked_at_object);
}

TEST(Decide, AnObjectWithoutAPathMatchesNoGlob) {
  const auto p =
      policy(R"({"supervise": {"rules": [{"syscalls": ["fchmod"], "path": "/**", "action": "allow"}]}})");
  EXPECT_EQ(decide(*p, call("fchmod", {3, 0600}), "/x").act, Act::allow);
  const Decision none = decide(*p, call("fchmod", {3, 0600}), "");
  EXPECT_EQ(none.act, Act::deny);
  EXPECT_EQ(none.err, EPERM);
  EXPECT_EQ(why(none), "supervise.default at p.json:1:15");
}

TEST(Decide, OnlyTheBitsCountThatTheKernelLooksAt) {
  const auto p = policy(R"({"supervise": {"rules": [
    {"syscalls": ["@chmod"], "mode": "0777", "action": "deny", "errno": "EXDEV"},
    {"syscalls": ["setuid"], "uid": 0, "action": "deny", "errno": "EXDEV"},
    {"syscalls": ["lseek"], "args": [{"index": 2, "value": 1, "op": "SCMP_CMP_EQ"}], "action": "deny", "errno": "EXDEV"}],
    "default": {"action": "allow"}}, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "defaultAction": "SCMP_ACT_ALLOW"})");
  EXPECT_EQ(decide(*p, call("chmod", {0, 0xdeadbeef00000000 | 0777})).err, EXDEV);
  EXPECT_EQ(decide(*p, call("chmod", {0, 0x10000 | 0777})).err, EXDEV);
  EXPECT_EQ(decide(*p, call("chmod", {0, 0100000 | 0777})).err, EXDEV);  // S_IFREG, which chmod drops
  EXPECT_EQ(decide(*p, call("setuid", {0x100000000})).err, EXDEV);
  EXPECT_EQ(decide(*p, call("setuid", {0x10000})).act, Act::allow);
  EXPECT_EQ(decide(*p, call("setuid", {0x10000}, Abi::i386)).err, EXDEV);     // 16 bits there
  EXPECT_EQ(decide(*p, call("lseek", {0, 0, 0x100000001})).act, Act::allow);  // args are whole registers
}

TEST(Decide, EveryNamedConditionHolds) {
  const auto denies = [](const std::string& mode, std::uint64_t value) {
    const auto p = policy(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "mode": )" + mode +
                          R"(, "action": "deny", "errno": "EXDEV"}], "default": {"action": "allow"}}})");
    return decide(*p, call("mkdir", {0, value})).act == Act::deny;
  };
  EXPECT_TRUE(denies(R"("0700")", 0700));
  EXPECT_FALSE(denies(R"("0700")", 0701));
  EXPECT_TRUE(denies(R"(["0700", "0750"])", 0750));
  EXPECT_TRUE(denies(R"({"any": "06000"})", 02000));
  EXPECT_FALSE(denies(R"({"any": "06000"})", 01777));
  EXPECT_TRUE(denies(R"({"all": "06000"})", 06001));
  EXPECT_FALSE(denies(R"({"all": "06000"})", 04001));
  EXPECT_TRUE(denies(R"({"none": "0077"})", 0700));
  EXPECT_FALSE(denies(R"({"none": "0077"})", 0701));
  EXPECT_TRUE(denies(R"({"min": "0100", "max": "0200"})", 0200));
  EXPECT_FALSE(denies(R"({"min": "0100", "max": "0200"})", 0201));
  EXPECT_FALSE(denies(R"({"any": "0007", "none": "0070"})", 0077));
}

TEST(Decide, DockerPartIsLibseccomps) {
  const auto p = policy(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "syscalls": [
    {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["write"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["lseek"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": 1, "op": "SCMP_CMP_EQ"}]},
    {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]},
    {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18},
    {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["prctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18, "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_GE"}, {"index": 1, "value": 5, "op": "SCMP_CMP_LT"}]},
    {"names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_GE"}]},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 240, "valueTwo": 4112, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["reboot"], "action": "SCMP_ACT_KILL_PROCESS"}]})");
  EXPECT_EQ(decide(*p, call("read")).act, Act::allow);
  EXPECT_EQ(decide(*p, call("getpid")).err, 38);
  EXPECT_EQ(why(decide(*p, call("getpid"))), "defaultAction at p.json:1:19");
  EXPECT_EQ(decide(*p, call("write")).err, EPERM);  // not defaultErrnoRet
  EXPECT_EQ(why(decide(*p, call("write"))), "the syscalls entry at p.json:3:5");
  EXPECT_EQ(decide(*p, call("lseek", {0, 0, 1})).act, Act::allow);  // equal to the default action: skipped
  EXPECT_EQ(decide(*p, call("lseek", {0, 0, 2})).err, 38);
  EXPECT_EQ(decide(*p, call("ioctl", {0, 1})).err, 18);  // the first unconditional entry wins
  EXPECT_EQ(decide(*p, call("prctl", {1, 4})).err, 18);
  EXPECT_EQ(decide(*p, call("prctl", {1, 5})).act, Act::allow);
  EXPECT_EQ(decide(*p, call("prctl", {0, 5})).err, 38);
  EXPECT_EQ(decide(*p, call("socket", {2})).act, Act::allow);  // two args on one register are or-ed
  EXPECT_EQ(decide(*p, call("socket", {3})).err, 38);
  EXPECT_EQ(decide(*p, call("clone", {16})).act, Act::allow);  // valueTwo is cut to the mask
  EXPECT_EQ(decide(*p, call("reboot")).act, Act::kill);
  EXPECT_EQ(decide(*p, call("read", {}, Abi::i386)).act, Act::kill);  // not admitted
}

TEST(Decide, NumbersThatNoTableKnowsGetTheDefault) {
  const auto p = policy(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []})");
  EXPECT_EQ(decide(*p, call(Abi::x86_64, 100000)).err, EPERM);
  EXPECT_EQ(decide(*p, call(Abi::x86_64, 0x3fffffff)).err, EPERM);
}

TEST(Decide, EntriesAreGatedAsMobyDoes) {
  const char* text = R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
    {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN", "CAP_CHOWN"]}},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_SYS_BOOT"]}},
    {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64", "x32"]}},
    {"names": ["modify_ldt"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["x86"]}},
    {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
    {"names": ["sync"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.2"}},
    {"names": ["reboot"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "6.1"}}]})";
  Environment with = test::environment();
  const auto allows = [&](std::string_view name) {
    return decide(*policy(text, with), call(name)).act == Act::allow;
  };
  EXPECT_FALSE(allows("mount"));
  EXPECT_TRUE(allows("clone"));
  EXPECT_TRUE(allows("arch_prctl"));
  EXPECT_FALSE(allows("modify_ldt"));
  EXPECT_TRUE(allows("ptrace"));
  EXPECT_FALSE(allows("sync"));
  EXPECT_FALSE(allows("reboot"));
  with.caps = 1ull << 21;
  EXPECT_FALSE(allows("mount"));
  EXPECT_FALSE(allows("clone"));
  with.caps |= 1;
  EXPECT_TRUE(allows("mount"));
  with.kernel_major = 4, with.kernel_minor = 7;
  EXPECT_FALSE(allows("ptrace"));
  EXPECT_TRUE(allows("reboot"));
}

TEST(Decide, NotifyEntriesAreDecidedBySupervise) {
  const std::string entry =
      R"("defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sync"], "action": "SCMP_ACT_NOTIFY"}])";
  const auto alone = policy("{" + entry + "}");
  EXPECT_EQ(decide(*alone, call("sync")).act, Act::deny);
  EXPECT_EQ(decide(*alone, call("sync")).err, EPERM);
  EXPECT_EQ(why(decide(*alone, call("sync"))), "the syscalls entry at p.json:1:50");
  const auto fallback = policy("{" + entry + R"(, "supervise": {"default": {"action": "allow"}}})");
  EXPECT_EQ(decide(*fallback, call("sync")).act, Act::allow);
  EXPECT_EQ(decide(*fallback, call("sync")).origin->kind, Origin::Kind::rule_default);
  const auto rule =
      policy("{" + entry +
             R"(, "supervise": {"rules": [{"syscalls": ["sync"], "action": "deny", "errno": "EXDEV"}]}})");
  EXPECT_EQ(decide(*rule, call("sync")).err, EXDEV);
}

TEST(Decide, AnExecIsAllowedWithoutARecordUnlessSomebodyAsked) {
  const auto p = policy(workspace);
  const Decision quiet = decide(*p, call("execve"));
  EXPECT_EQ(quiet.act, Act::allow);
  EXPECT_FALSE(quiet.record);
  EXPECT_EQ(quiet.origin->id, "@watch");
  const auto all = policy(R"({"supervise": {"audit": "all"}})");
  EXPECT_TRUE(decide(*all, call("execve")).record);
  const auto asked =
      policy(R"({"supervise": {"rules": [{"syscalls": ["execve"], "action": "allow", "audit": true}]}})");
  EXPECT_EQ(why(decide(*asked, call("execve"))), "the rule at p.json:1:26");
  EXPECT_TRUE(decide(*asked, call("execve")).record);
  EXPECT_TRUE(decide(*policy(R"({"defaultAction": "SCMP_ACT_LOG"})"), call("execve")).record);
}

TEST(Decide, IoUringIsRefusedWhenRulesActOnPaths) {
  const auto p = policy(workspace);
  EXPECT_EQ(decide(*p, call("io_uring_setup")).err, ENOSYS);
  EXPECT_EQ(decide(*p, call("io_uring_setup")).origin->id, "@io_uring");
  // Also without a path condition: mkdirat through io_uring would bypass a rule on @mkdir.
  EXPECT_EQ(decide(*policy(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "action": "deny"}]}})"),
                   call("io_uring_setup"))
                .err,
            ENOSYS);
  const std::string rule = R"({"syscalls": ["@mkdir"], "path": "/a", "action": "deny"})";
  EXPECT_EQ(decide(*policy(R"({"supervise": {"io_uring": "allow", "rules": [)" + rule + "]}}"),
                   call("io_uring_setup"))
                .act,
            Act::allow);
  EXPECT_EQ(decide(*policy(R"({"supervise": {"rules": [)" + rule +
                           R"(, {"syscalls": ["io_uring_setup"], "action": "deny", "errno": "EXDEV"}]}})"),
                   call("io_uring_setup"))
                .err,
            EXDEV);
  EXPECT_EQ(decide(*policy(R"({"supervise": {"rules": [{"syscalls": ["getpid"], "action": "deny"}]}})"),
                   call("io_uring_setup"))
                .act,
            Act::allow);
}

TEST(Decide, CallsInsideSocketcallAndIpcAreTheSameCalls) {
  const auto p =
      policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
    "syscalls": [{"names": ["connect"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18}],
    "supervise": {"rules": [
      {"syscalls": ["socket"], "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}], "action": "deny", "errno": "EXDEV"},
      {"syscalls": ["shmget"], "action": "deny", "errno": "EBADMSG"},
      {"syscalls": ["listen"], "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}], "action": "allow"}],
      "default": {"action": "deny", "errno": "EDOM"}}})");
  const auto inside = [&](const char* through, std::uint64_t which) {
    return decide(*p, call(through, {which}, Abi::i386));
  };
  EXPECT_EQ(inside("socketcall", 3).err, 18);          // connect
  EXPECT_EQ(inside("socketcall", 1).err, EXDEV);       // the family can't be seen: the denial holds
  EXPECT_EQ(inside("socketcall", 4).err, EDOM);        // nor the backlog: the allowance doesn't
  EXPECT_EQ(inside("socketcall", 9).act, Act::allow);  // send
  EXPECT_EQ(inside("ipc", 23).err, EBADMSG);           // shmget
  EXPECT_EQ(inside("ipc", 0x10000 | 23).err, EBADMSG);
  EXPECT_EQ(inside("ipc", 21).act, Act::allow);
}

TEST(Build, WarnsOfWhatItSkips) {
  const Built built = build(
      test::document(R"({"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86"], "syscalls": [
    {"names": ["read", "spu_run", "spu_run"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["spu_run"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["arm_only"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm"]}},
    {"names": ["recv"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMINN"]}}]})"),
      "p.json", test::environment());
  ASSERT_TRUE(built.policy);
  EXPECT_EQ(
      test::all_text(built.diagnostics),
      "p.json:1:55: warning: SCMP_ARCH_X86_64 is not listed; it is admitted all the same, as Docker does, "
      "because the command is started through it\n"
      "p.json:2:24: warning: no ABI of x86 has a syscall 'spu_run'; skipped\n"
      "p.json:5:75: warning: 'CAP_SYS_ADMINN' is no capability that scsup knows: taken as not held\n");
  EXPECT_EQ(built.policy->filter().abis, (std::vector<Abi>{Abi::x86_64, Abi::i386}));
}

TEST(Build, FailsClosedOnADocumentThatNobodyParsed) {
  Document document;
  document.supervise.emplace();
  Rule rule;
  rule.syscalls.push_back({"mkdirr", {1, 5}});
  document.supervise->rules.push_back(rule);
  EXPECT_FALSE(build(document, "p.json", test::environment()).policy);
  document.supervise->rules[0].syscalls[0].value = "openat";
  document.supervise->rules[0].paths.push_back({"/a", {1, 9}});
  EXPECT_FALSE(build(document, "p.json", test::environment()).policy);
  document.supervise->rules[0].syscalls[0].value = "mkdir";
  EXPECT_TRUE(build(document, "p.json", test::environment()).policy);
  document.supervise->rules[0].paths[0].value = "/a[";
  EXPECT_FALSE(build(document, "p.json", test::environment()).policy);
}

// What is performed must stay within a task's Landlock domain, so the filter traps the call that enters one.
TEST(Build, ALookAtPathsOrAnEmulationNeedsToKnowOfLandlock) {
  const auto is_noticed = [](const std::string& text) {
    return std::ranges::any_of(policy(text)->filter().calls, [](const CallPlan& plan) {
      return find_syscall(plan.abi, plan.nr)->confines && plan.otherwise == ask_supervisor;
    });
  };
  EXPECT_TRUE(is_noticed(workspace));
  EXPECT_TRUE(is_noticed(R"({"supervise": {"default": {"action": "allow"},
    "rules": [{"syscalls": ["mkdir"], "action": "emulate"}]}})"));
  EXPECT_FALSE(is_noticed(R"({"supervise": {"default": {"action": "allow"},
    "rules": [{"syscalls": ["mkdir"], "action": "deny"}]}})"));
  EXPECT_FALSE(is_noticed(R"({"supervise": {"default": {"action": "allow"},
    "rules": [{"syscalls": ["@chmod"], "path": "/a", "action": "deny"}]}})"));  // Landlock doesn't restrict
                                                                                // it
  EXPECT_FALSE(is_noticed(R"({"defaultAction": "SCMP_ACT_ERRNO"})"));
}

}  // namespace
}  // namespace scsup
