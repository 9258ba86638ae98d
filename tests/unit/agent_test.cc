#include "agent/agent.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/unit/agent_harness.h"

namespace scsup::test {
namespace {

using namespace handshake;
namespace fs = std::filesystem;

class AgentTest : public testing::TestWithParam<Start> {};
INSTANTIATE_TEST_SUITE_P(Both, AgentTest, testing::Values(Start::forked, Start::binary), start_name);

int seccomp_descriptors(pid_t pid) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code gone;
    count += fs::read_symlink(entry, gone).string().find("seccomp") != std::string::npos;
  }
  return count;
}

// --- the handover ---

TEST_P(AgentTest, TheFilteredThreadMakesNoCallBeforeExecveEvenIfEachIsDenied) {
  Agent agent(GetParam(), {});
  Calls calls(agent.hand_over(notify_all()));
  agent.say(Go{});
  ASSERT_EQ(calls.next(), SYS_execve);
  EXPECT_EQ(calls.caller(), agent.pid());
  calls.let_through();
  calls.let_all_through();
  const Ended ended = agent.end();
  EXPECT_EQ(ended.code(), 0) << ended.err;
  EXPECT_EQ(ended.out, "ran\n");
}

TEST_P(AgentTest, AnExecveThatIsTrappedWaitsForTheSupervisorAndNotForTheWordToGo) {
  Agent agent(GetParam(), {});
  Calls calls(agent.hand_over(trap_execve(SECCOMP_RET_ALLOW), true));
  ASSERT_EQ(calls.next(), SYS_execve);  // Go was not sent
  calls.let_through();
  EXPECT_EQ(calls.next(), -1);  // it has run and ended; hanging up earlier would end the agent
  EXPECT_EQ(agent.end().out, "ran\n");
}

TEST_P(AgentTest, AnExecveThatIsTrappedFailsWhenTheSupervisorHasGone) {
  Agent agent(GetParam(), {});
  agent.hand_over(trap_execve(SECCOMP_RET_ALLOW), true).reset();
  const Ended ended = agent.end();  // hangs up
  EXPECT_EQ(ended.code(), agent::exit_own_failure) << ended.err;
  EXPECT_EQ(ended.out, "");
}

TEST_P(AgentTest, ExecSucceedsUnderAFilterThatDeniesEverythingElse) {
  Agent agent(GetParam(), {});
  Calls calls(agent.hand_over(trap_execve(SECCOMP_RET_ERRNO | odd_errno)));
  agent.say(Go{});
  ASSERT_EQ(calls.next(), SYS_execve);
  calls.let_through();
  EXPECT_EQ(calls.next(), -1);
  const Ended ended = agent.end();
  EXPECT_NE(ended.signal(), 0) << "a program that can't even exit can only crash";
  EXPECT_EQ(ended.err, "");
}

TEST_P(AgentTest, AnExecveThatTheFilterDeniesIsReportedWithThePolicysReason) {
  Agent agent(GetParam(), {});
  agent.hand_over(deny_all());
  agent.say(Go{});
  EXPECT_EQ(agent.expect<ExecFailed>().err, static_cast<std::uint32_t>(odd_errno));
  agent.say(Reason{"execve is denied (EPERM) by defaultAction at p.json:1:2"});
  const Ended ended = agent.end();
  EXPECT_EQ(ended.code(), 126);
  EXPECT_EQ(ended.err,
            "scsup: cannot run '/bin/echo': execve is denied (EPERM) by defaultAction at p.json:1:2\n");
}

TEST_P(AgentTest, AnExecveThatTheSupervisorDeniesIsReported) {
  Agent agent(GetParam(), {});
  Calls calls(agent.hand_over(trap_execve(SECCOMP_RET_ERRNO | odd_errno)));
  agent.say(Go{});
  ASSERT_EQ(calls.next(), SYS_execve);
  calls.deny(EACCES);
  EXPECT_EQ(agent.expect<ExecFailed>().err, static_cast<std::uint32_t>(EACCES));
  agent.say(Reason{""});
  const Ended ended = agent.end();
  EXPECT_EQ(ended.code(), 126);
  EXPECT_EQ(ended.err, "scsup: cannot run '/bin/echo': Permission denied\n");
}

TEST_P(AgentTest, AFilterThatKillsOnExecveKills) {
  Agent agent(GetParam(), {});
  const Fd listener = agent.hand_over(always(SECCOMP_RET_KILL_PROCESS));
  agent.say(Go{});
  EXPECT_EQ(agent.end().signal(), SIGSYS);
}

TEST_P(AgentTest, NoListenerIsLeftInTheTargetWhenItExecs) {
  Agent agent(GetParam(), {});
  Calls calls(agent.hand_over(trap_execve(SECCOMP_RET_ALLOW)));
  agent.say(Go{});
  ASSERT_EQ(calls.next(), SYS_execve);
  EXPECT_EQ(seccomp_descriptors(::getpid()), 1);
  EXPECT_EQ(seccomp_descriptors(agent.pid()), 0);
  calls.let_through();
  EXPECT_EQ(calls.next(), -1);
  EXPECT_EQ(agent.end().out, "ran\n");
}

TEST_P(AgentTest, NothingRunsBeforeTheWordToGo) {
  Agent agent(GetParam(), {});
  const Fd listener = agent.hand_over(trap_execve(SECCOMP_RET_ERRNO | odd_errno));
  agent.kill(SIGTERM);  // while it waits: dies natively, without a request for execve
  EXPECT_EQ(agent.end().signal(), SIGTERM);
  pollfd waiting{listener.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 0) & waiting.revents & POLLIN, 0);
}

TEST_P(AgentTest, ASignalThatIsIgnoredIsIgnoredWhileItWaits) {
  Agent agent(GetParam(), {.before = [] { ::signal(SIGTERM, SIG_IGN); }});
  const Fd listener = agent.hand_over(allow_all());
  agent.kill(SIGTERM);
  agent.say(Go{});
  EXPECT_EQ(agent.end().out, "ran\n");
}

// --- what the command finds ---

TEST_P(AgentTest, SignalMaskAndDispositionsAreThoseThatItFound) {
  Agent::Setting setting{.argv = {"/bin/grep", "^Sig[BIC]", "/proc/self/status"}, .before = [] {
                           ::signal(SIGUSR1, SIG_IGN);
                           ::signal(SIGPIPE, SIG_DFL);
                           // 32 and 33 are glibc's own: only the raw calls reach them.
                           const struct {
                             void* handler;
                             unsigned long rest[3];
                           } ignore{reinterpret_cast<void*>(SIG_IGN), {}};
                           ::syscall(SYS_rt_sigaction, 32, &ignore, nullptr, 8);
                           ::syscall(SYS_rt_sigaction, 33, &ignore, nullptr, 8);
                           const unsigned long mask = 1ul << (SIGUSR2 - 1) | 1ul << (SIGINT - 1) | 1ul << 32;
                           ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, 8);
                         }};
  const Ended expected = native(setting);
  ASSERT_NE(expected.out.find("SigIgn:\t0000000180000200"), std::string::npos) << expected.out;
  EXPECT_EQ(supervised(GetParam(), setting).out, expected.out);
}

TEST_P(AgentTest, DescriptorsAreThoseThatItFound) {
  Agent::Setting setting{.argv = {"/bin/ls", "/proc/self/fd"}, .before = [] { ::dup2(0, 200); }};
  const Ended expected = native(setting);
  ASSERT_NE(expected.out.find("200\n"), std::string::npos);
  EXPECT_EQ(supervised(GetParam(), setting).out, expected.out);
}

TEST_P(AgentTest, StandardDescriptorsThatAreClosedStayClosed) {
  Agent::Setting setting{.argv = {"/bin/ls", "/proc/self/fd"}, .before = [] {
                           ::close(0);
                           ::close(2);
                         }};
  EXPECT_EQ(supervised(GetParam(), setting).out, native(setting).out);
}

TEST_P(AgentTest, WorkingDirectoryEnvironmentAndProcessIdAreThoseThatItFound) {
  Agent::Setting setting{.argv = {"sh", "-c", "pwd -P; echo $$ $ODD"}, .before = [] {
                           ::setenv("ODD", "kept", 1);
                           ::setenv("HOME", "/root/x", 1);
                           if (::chdir("/usr/bin") < 0) ::_exit(98);
                         }};
  setting.policy = "web";
  Agent agent(GetParam(), setting);
  const pid_t pid = agent.pid();
  const Fd listener = agent.hand_over(allow_all());
  EXPECT_EQ(agent.hello().directory, "/usr/bin");
  EXPECT_EQ(agent.hello().home, "/root/x");
  EXPECT_EQ(agent.hello().command, "sh");
  EXPECT_EQ(agent.hello().policy, "web");
  agent.say(Go{});
  EXPECT_EQ(agent.end().out, "/usr/bin\n" + std::to_string(pid) + " kept\n");
}

TEST_P(AgentTest, ADirectoryWithoutANameIsToldAsNone) {
  Hello hello;
  char name[] = "/tmp/scsup-gone-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string folder = name;
  const Ended ended = supervised(GetParam(),
                                 {.before =
                                      [=] {
                                        if (::chdir(folder.c_str()) < 0 || ::rmdir(folder.c_str()) < 0)
                                          ::_exit(98);
                                        ::unsetenv("HOME");
                                      }},
                                 &hello);
  EXPECT_EQ(ended.out, "ran\n");
  EXPECT_EQ(hello.directory, "");
  EXPECT_EQ(hello.home.substr(0, 1), "/") << "from /etc/passwd";
}

// --- privileges ---

struct Privileges {
  std::uint64_t told, had;
  bool no_new_privs;
};

Privileges privileges(Start start, std::function<void()> before) {
  Hello hello;
  const Ended ended = supervised(
      start,
      {.argv = {"/bin/grep", "-E", "CapPrm|NoNewPrivs", "/proc/self/status"}, .before = std::move(before)},
      &hello);
  Privileges result{hello.caps, 1, false};
  char flag = 0;
  unsigned long had = 0;
  EXPECT_EQ(std::sscanf(ended.out.c_str(), "CapPrm: %lx NoNewPrivs: %c", &had, &flag), 2)
      << ended.out << ended.err;
  result.had = had;
  result.no_new_privs = flag == '1';
  return result;
}

void set_capabilities(std::uint64_t effective, std::uint64_t permitted, std::uint64_t inheritable) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct halves[2];
  for (int i : {0, 1})
    halves[i] = {static_cast<__u32>(effective >> 32 * i), static_cast<__u32>(permitted >> 32 * i),
                 static_cast<__u32>(inheritable >> 32 * i)};
  if (::syscall(SYS_capset, &header, halves) < 0) ::_exit(97);
}

TEST_P(AgentTest, AnOrdinaryUserGetsNoNewPrivsAndHasNoCapabilities) {
  const auto p = privileges(GetParam(), become_ordinary);
  EXPECT_EQ(p.told, p.had);
  EXPECT_TRUE(p.no_new_privs);
}

TEST_P(AgentTest, RootKeepsSetUidProgramsAndTellsItsBoundingSet) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto p = privileges(GetParam(), [] { ::prctl(PR_CAPBSET_DROP, CAP_MKNOD); });
  EXPECT_EQ(p.told, p.had);
  EXPECT_EQ(p.had >> CAP_MKNOD & 1, 0u);
  EXPECT_FALSE(p.no_new_privs);
}

TEST_P(AgentTest, RootWithoutTheRightToLoadAFilterTellsWhatNoNewPrivsLeavesIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const std::uint64_t few = 1u << CAP_CHOWN | 1u << CAP_KILL;
  const auto p = privileges(GetParam(), [=] { set_capabilities(few, few, 0); });
  if (GetParam() == Start::forked) {  // (the binary's own exec gives it all back)
    EXPECT_EQ(p.had, few);
  }
  EXPECT_EQ(p.told, p.had);
}

TEST_P(AgentTest, CapabilitiesOfAUserThatIsNotRootAreTheAmbientOnes) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto p = privileges(GetParam(), [] {
    const std::uint64_t kept = 1u << CAP_NET_RAW;
    ::prctl(PR_SET_KEEPCAPS, 1);
    become_ordinary();
    set_capabilities(kept, kept, kept);
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) < 0) ::_exit(96);
  });
  EXPECT_EQ(p.had, 1u << CAP_NET_RAW);
  EXPECT_EQ(p.told, p.had);
}

TEST_P(AgentTest, RootUnderNorootTellsNoCapabilities) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto p =
      privileges(GetParam(), [] { ::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP); });
  EXPECT_EQ(p.had, 0u);
  EXPECT_EQ(p.told, 0u);
}

}  // namespace
}  // namespace scsup::test
