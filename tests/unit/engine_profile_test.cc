// A policy as a profile for container engines.
#include "supervisor/policy/engines/engine_profile.h"

#include "supervisor/policy/text/json_text.h"
#include "tests/unit/libseccomp_sample.h"

namespace scsup {
namespace {

struct Made {
  std::string text, remarks;
  explicit operator bool() const { return !text.empty(); }
};

Made make(const std::string& text) {
  Diagnostics mistakes;
  const auto tree = read_json(text, mistakes);
  EngineProfile made = engine_profile(test::document(text), *tree, "p.json", test::environment());
  return {made.json ? json_text(*made.json) : "", test::all_text(made.remarks)};
}

TEST(EngineProfile, TrappedCallsLeaveTheirEntriesForOneThatNotifies) {
  const Made made = make(R"({"defaultAction": "SCMP_ACT_ERRNO", "comment": "c", "syscalls": [
    {"names": ["write", "getppid", "unlink", "execve"], "action": "SCMP_ACT_ALLOW", "comment": "kept"},
    {"name": "unlink", "action": "SCMP_ACT_LOG"},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}],
    "supervise": {"trap": ["unlink"]}})");
  EXPECT_TRUE(made.text.starts_with(
      R"({"defaultAction":"SCMP_ACT_ERRNO","comment":"c","syscalls":[{"names":["write","getppid"],)"
      R"("action":"SCMP_ACT_ALLOW","comment":"kept"},{"names":["personality"],"action":"SCMP_ACT_ALLOW",)"
      R"("args":[{"index":0,"value":8,"op":"SCMP_CMP_EQ"}]},{"names":["access",)"))
      << made.text;
  EXPECT_NE(made.text.find("\"unlink\""), std::string::npos);
  EXPECT_TRUE(made.text.ends_with("],\"action\":\"SCMP_ACT_NOTIFY\"}]}")) << made.text;
  EXPECT_EQ(
      made.remarks,
      "p.json:1:19: warning: what this denies is not recorded: engines refuse SCMP_ACT_NOTIFY as the default "
      "action\n");
}

TEST(EngineProfile, WhatRulesDecideAloneBecomesEntries) {
  const Made made = make(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"syscalls": ["getpriority"], "action": "deny", "errno": "EXDEV", "audit": false},
    {"syscalls": ["setpriority"], "action": "deny", "audit": false, "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
    {"syscalls": ["getppid"], "action": "deny"}]}})");
  EXPECT_EQ(made.text,
            R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[)"
            R"({"names":["getpriority"],"action":"SCMP_ACT_ERRNO","errnoRet":18},)"
            R"({"names":["execve","execveat","getppid","setpriority"],"action":"SCMP_ACT_NOTIFY"}]})");
}

TEST(EngineProfile, ACallThatAnEngineCannotNameIsKeptOutOfADefaultThatAllows) {
  const Made made = make(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["personality"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]},
    {"names": ["reboot"], "action": "SCMP_ACT_KILL"}],
    "supervise": {"rules": [{"syscalls": ["@chmod"], "path": "/a", "action": "allow"}]}})");
  EXPECT_NE(made.remarks.find(
                "p.json:1:19: warning: libseccomp 2.5.4 has no name for 'fchmodat2': this profile lists"),
            std::string::npos)
      << made.remarks;
  const Profile profile = test::document(made.text).profile;
  EXPECT_EQ(profile.default_action->value, ProfileAction::error);
  EXPECT_EQ(profile.default_errno_ret, 38u);
  const Program program = by_libseccomp(profile, test::environment());
  const auto says = [&](const char* name, std::uint64_t arg = 0) {
    return filter_says(program, Abi::x86_64,
                       static_cast<std::uint32_t>(find_syscall(name)->number(Abi::x86_64)), {arg});
  };
  EXPECT_EQ(says("personality", 40), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(says("personality", 41), SECCOMP_RET_ALLOW);
  EXPECT_EQ(says("reboot"), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(says("getppid"), SECCOMP_RET_ALLOW);
  EXPECT_EQ(says("fchmodat"), notify);
  EXPECT_EQ(says("execve"), notify);
  // As in an engine that has no name for it.
  Profile blind = profile;
  for (ProfileEntry& entry : blind.entries)
    std::erase_if(entry.names, [](const auto& name) { return name.value == "fchmodat2"; });
  EXPECT_EQ(filter_says(by_libseccomp(blind, test::environment()), Abi::x86_64, 452, {}),
            SECCOMP_RET_ERRNO | 38);
}

TEST(EngineProfile, AListThatIsTooShortForRuntimesHasThemAsked) {
  const std::string list = R"({"defaultAction": "SCMP_ACT_KILL", "syscalls": [{"names": ["read")";
  const Made good = make(
      list +
      R"(, "write"], "action": "SCMP_ACT_ALLOW"}, {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]})");
  for (const char* name : {"\"futex\"", "\"epoll_ctl\"", "\"wait4\""})
    EXPECT_GT(good.text.find(name), good.text.find("\"names\":[\"access\"")) << good.text;
  const Made short_list = make(list + R"(], "action": "SCMP_ACT_ALLOW"}]})");
  EXPECT_FALSE(short_list);
  EXPECT_EQ(short_list.remarks,
            "p.json: error: 'write' is denied by defaultAction at p.json:1:19, but container runtimes need "
            "it before they "
            "start the program, and it can't be notified; add {\"names\": [\"write\"], \"action\": "
            "\"SCMP_ACT_ALLOW\"}\n");
}

TEST(EngineProfile, WhatEnginesRefuseIsAnErrorWithItsPlace) {
  EXPECT_EQ(make(R"({"supervise": {"trap": ["write"]}})").remarks,
            "p.json: error: runtimes can't start a container when 'write' is notified, since they hand the "
            "listener over "
            "with it: supervise.trap at p.json:1:25 asks for that\n");
  EXPECT_EQ(
      make(R"({"supervise": {"rules": [{"syscalls": ["write"], "action": "deny"}]}})").remarks.substr(0, 69),
      "p.json: error: runtimes can't start a container when 'write' is notif");
  const Made all = make(R"({"supervise": {"audit": "all"}})");
  EXPECT_FALSE(all);
  EXPECT_TRUE(all.remarks.starts_with("p.json:1:25: error: \"audit\": \"all\" would show every call"))
      << all.remarks;
}

// What is notified is exactly what `scsup run` would trap, and each exec.
TEST(EngineProfile, MeansWhatThePolicysOwnFilterMeans) {
  const std::string text = R"({"defaultAction": "SCMP_ACT_ALLOW",
    "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    "syscalls": [{"names": ["reboot"], "action": "SCMP_ACT_KILL"}, {"names": ["mount", "bind"], "action": "SCMP_ACT_ERRNO"},
      {"names": ["sync"], "action": "SCMP_ACT_LOG"}],
    "supervise": {"trap": ["socket"], "rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "deny"},
      {"syscalls": ["getpriority"], "action": "deny", "errno": "EXDEV", "audit": false}]}})";
  const auto ours = compile(policy(text)->filter());
  ASSERT_TRUE(ours);
  const Program theirs = by_libseccomp(test::document(make(text).text).profile, test::environment());
  for (const Syscall& syscall : all_syscalls()) {
    if (seccomp_syscall_resolve_name(std::string(syscall.name).c_str()) == __NR_SCMP_ERROR) continue;
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
      if (syscall.number(abi) < 0) continue;
      const auto nr = static_cast<std::uint32_t>(syscall.number(abi));
      for (const std::uint64_t first : {0, 1, 2, 3}) {
        const std::uint32_t says = filter_says(theirs, abi, nr, {first}),
                            means = filter_says(*ours, abi, nr, {first});
        // socketcall(2) is trapped as a whole, for the trapped calls inside it.
        const bool is_exec = syscall.runs_program && says == notify && lets_through(means);
        EXPECT_TRUE(says == means || is_exec || (syscall.name == "socketcall" && says == notify))
            << syscall.name << " " << name(abi) << " " << std::hex << says << " " << means;
      }
    }
  }
}

}  // namespace
}  // namespace scsup
