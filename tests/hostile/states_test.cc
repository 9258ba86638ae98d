// Targets in odd states, calls by unusual ways, and ends that come too early.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

constexpr int sigsys = 128 + 31;

TEST(States, TargetThatIsNotDumpable) {
  Arena arena;
  const Ended ended = arena.run_attack("undumpable", {arena.root()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(States, TargetWithoutDescriptorsAndMemory) {
  Arena arena;
  const Ended ended = arena.run_attack("no_resources", {arena.root()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(States, ForeignAbiIsKilledUnlessThePolicyAdmitsIt) {
  for (const std::string abi : {"i386", "x32"}) {
    Arena arena;
    Started native = arena.start({attack("foreign_abi"), arena.path("no/native"), abi});
    if (native.wait() != 0) GTEST_SKIP() << "this kernel runs no " << abi << " calls";
    const Ended ended = arena.run_attack("foreign_abi", {arena.path("no/x"), abi},
                                         arena.policy("", R"("architectures": ["SCMP_ARCH_X86_64"])"));
    EXPECT_EQ(ended.status, sigsys) << abi << ended.out << ended.err;
    EXPECT_EQ(entries(arena.path("no")).size(), native.out() == "0\nmade\n" ? 1u : 0u);
    expect_sound(arena, ended);
  }
}

TEST(States, AdmittedForeignAbiIsJudgedByTheSameRules) {
  const std::pair<std::string, std::string> abis[] = {{"i386", "SCMP_ARCH_X86"}, {"x32", "SCMP_ARCH_X32"}};
  for (const auto& [abi, name] : abis) {
    Arena arena;
    Started native = arena.start({attack("foreign_abi"), arena.path("ok/native"), abi});
    if (native.wait() != 0 || native.out() != "0\nmade\n") continue;
    const std::string policy = arena.policy("", R"("architectures": ["SCMP_ARCH_X86_64", ")" + name + "\"]");
    EXPECT_EQ(arena.run_attack("foreign_abi", {arena.path("no/x"), abi}, policy).out, "13\n") << abi;
    EXPECT_EQ(arena.run_attack("foreign_abi", {arena.path("ok/x"), abi}, policy).out, "0\nmade\n") << abi;
    expect_sound(arena.audit());
  }
}

// No task gets out of its own domain because scsup acts for it, and no other task gets into it.
TEST(States, TargetsInALandlockDomain) {
  Arena native_arena, arena;
  Started native = native_arena.start({attack("landlock_domain"), native_arena.root()});
  if (native.wait() == 77) GTEST_SKIP() << "needs Landlock: " << native.err();
  const Ended ended = arena.run_attack("landlock_domain", {arena.root()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, native.out());
  EXPECT_NE(ended.out.find("itself out Permission denied"), std::string::npos) << ended.out;
  EXPECT_EQ(entries(arena.path("ok")), entries(native_arena.path("ok")));
  expect_sound(arena, ended);
}

TEST(States, TargetsThatAreConfinedOtherwise) {
  Arena native_arena, arena;
  Started native = native_arena.start({attack("confined_otherwise"), native_arena.root()});
  ASSERT_EQ(native.wait(), 0) << native.err();
  const Ended ended = arena.run_attack("confined_otherwise", {arena.root()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, native.out());
  EXPECT_EQ(entries(arena.path("ok")), entries(native_arena.path("ok")));
  expect_sound(arena, ended);
}

class LandlockTargets : public testing::TestWithParam<const char*> {};

TEST_P(LandlockTargets, KeepTheirWalls) {
  Arena arena;
  const Ended ended = arena.run_attack("landlock_domain", {arena.root(), GetParam()});
  if (ended.status == 77) GTEST_SKIP() << "needs Landlock: " << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(entries(arena.path("ok/out")).empty());
  expect_sound(arena, ended);
}
INSTANTIATE_TEST_SUITE_P(Of, LandlockTargets, testing::Values("many", "at-once"),
                         [](const auto& of) { return std::string(of.param).substr(0, 2); });

TEST(States, ATargetInALandlockDomainRemovesWhatItMayNatively) {
  Arena arena;
  const std::string removes = arena.policy(
      R"({"default": {"action": "deny", "errno": "EXDEV"}, "rules": [{"syscalls": ["@mkdir", "@rmdir", "@unlink"],
         "path": ["/**"], "action": "allow"}]})");
  const Ended ended = arena.run_attack("landlock_domain", {arena.root(), "removing"}, removes);
  if (ended.status == 77) GTEST_SKIP() << "needs Landlock: " << ended.err;
  EXPECT_EQ(ended.out, "out Permission denied Permission denied\nin gone gone\n") << ended.err;
  expect_sound(arena, ended);
}

TEST(States, ATargetThatChangesTheMarkOfItsLandlockDomain) {
  Arena arena;
  const Ended ended = arena.run_attack("landlock_domain", {arena.root(), "marked"});
  if (ended.status == 77) GTEST_SKIP() << "needs Landlock: " << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(entries(arena.path("ok/out")).empty());
  expect_sound(arena, ended);
}

TEST(States, Fchmodat2ByNumber) {
  Arena arena;
  const Ended ended = arena.run_attack("mode_by_number", {arena.root()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(States, IoUringIsRefusedUnderPathRulesUnlessAllowed) {
  Arena arena;
  Started native = arena.start({attack("io_uring_setup")});
  native.wait();
  // A filter around us comes first.
  EXPECT_EQ(arena.run_attack("io_uring_setup", {}).out, native.out() == "0\n" ? "38\n" : native.out());
  const std::string policy =
      arena.policy(R"({"io_uring": "allow", "default": {"action": "deny", "errno": "EACCES"},
    "rules": [{"syscalls": ["@mkdir"], "path": ["/nowhere/**"], "action": "allow"}]})");
  EXPECT_EQ(arena.run_attack("io_uring_setup", {}, policy).out, native.out());
}

TEST(States, SupervisorsOwnProcFilesAreNoWayOut) {
  if (!is_root()) GTEST_SKIP() << "needs root: a supervisor with more rights than its target";
  Arena arena;
  const std::string secret = arena.path("secret");
  mkdir(secret.c_str(), 0700);
  mkdir((secret + "/inner").c_str(), 0777);
  chmod((secret + "/inner").c_str(), 0777);
  const std::string policy =
      arena.policy(R"({"rules": [{"syscalls": ["@mkdir", "@chmod"], "path": ["/never/**"],
    "action": "deny", "errno": "EXDEV"}], "default": {"action": "allow"}})");
  const Ended ended =
      arena.run({attack("proc_of_supervisor")}, policy, [&] { (void)!chdir((secret + "/inner").c_str()); });
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(entries(secret + "/inner").empty());
  expect_sound(arena, ended);
}

TEST(States, WhatIsMountedOverOnesOwnProcFilesIsNotEnteredWithTheSupervisorsRights) {
  if (!is_root()) GTEST_SKIP() << "needs root: a supervisor with more rights than its target";
  Arena arena;
  const std::string secret = arena.path("secret");
  mkdir(secret.c_str(), 0700);
  mkdir((secret + "/1").c_str(), 0777);
  chmod((secret + "/1").c_str(), 0777);
  const std::string policy =
      arena.policy(R"({"rules": [{"syscalls": ["@mkdir", "@chmod"], "path": ["/never/**"],
    "action": "deny", "errno": "EXDEV"}], "default": {"action": "allow"}})");
  const Ended ended = arena.run_attack("proc_mounted_over", {secret}, policy);
  if (ended.status == 77) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(entries(secret + "/1").empty());
  expect_sound(arena, ended);
}

TEST(States, SupervisorCannotBeTracedOrRobbed) {
  if (is_root()) GTEST_SKIP() << "needs an ordinary user: root may trace everything";
  Arena arena;
  const Ended ended = arena.run_attack("rob_supervisor", {});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(States, TargetThatKillsItsSupervisor) {
  Arena arena;
  const Ended ended = arena.run_attack("kill_supervisor", {arena.root()});
  EXPECT_EQ(ended.status, 125) << ended.err;
  EXPECT_NE(ended.err.find("the supervisor has ended unexpectedly"), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("breach"), std::string::npos) << ended.err;
  EXPECT_TRUE(entries(arena.path("no")).empty());
}

TEST(States, ScsupUnderScsup) {
  for (const char* ring : {"deny", "allow"}) {
    Arena arena;
    const std::string policy = arena.policy(std::string(R"({"io_uring": ")") + ring + R"(",
      "default": {"action": "allow"}, "rules": [{"syscalls": ["@mkdir"], "path": ["/nowhere/**"], "action": "deny",
      "errno": "EXDEV"}]})");
    const Ended ended =
        arena.run({program("scsup"), "--policy", policy, "--audit", "none", "/bin/true"}, policy);
    EXPECT_EQ(ended.status, 125) << ended.err;
    EXPECT_NE(ended.err.find("supervisor"), std::string::npos) << ended.err;
    expect_sound(arena, ended);
  }
}

// The front is only what the terminal sees: the command is supervised without it as well.
TEST(States, FrontThatIsKilledOrStopped) {
  for (const int signal : {SIGKILL, SIGSTOP}) {
    Arena arena;
    const std::string begun = arena.path("begun");
    ASSERT_EQ(mkfifo(begun.c_str(), 0600), 0);
    ASSERT_EQ(mkfifo(arena.path("go").c_str(), 0600), 0);
    ASSERT_EQ(mkfifo(arena.path("done").c_str(), 0600), 0);
    Started front = arena.start(
        {program("scsup"), "--policy", arena.policy(), "--audit", arena.path("audit.jsonl"), "/bin/bash",
         "-c", "echo > begun; read < go; mkdir ok/x; mkdir no/x 2> /dev/null; echo $? > done"});
    const auto read_line = [](const std::string& file) {
      char line[16] = {};
      Fd fifo(open(file.c_str(), O_RDONLY | O_CLOEXEC));
      return std::string(line,
                         static_cast<std::size_t>(std::max<ssize_t>(0, read(fifo.get(), line, sizeof line))));
    };
    read_line(begun);
    kill(front.pid(), signal);
    close(open(arena.path("go").c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(read_line(arena.path("done")), "1\n");
    EXPECT_EQ(entries(arena.path("ok")), Words{"x"});
    EXPECT_TRUE(entries(arena.path("no")).empty());
    if (signal == SIGSTOP) {
      kill(front.pid(), SIGCONT);
      EXPECT_EQ(front.wait(), 0);
      expect_sound(arena.audit());
    }
  }
}

}  // namespace
}  // namespace scsup::hostile
