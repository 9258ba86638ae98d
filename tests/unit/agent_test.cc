#include "agent/agent.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

#include "agent/last_words.h"
#include "tests/unit/agent_harness.h"

namespace scsup::test {
namespace {

using namespace handshake;
namespace fs = std::filesystem;

class AgentTest : public testing::TestWithParam<Start> {};
INSTANTIATE_TEST_SUITE_P(Both, AgentTest, testing::Values(Start::forked, Start::binary),
                         [](const auto& start) {
                           return start.param == Start::forked ? "forked" : "binary";
                         });

// An ordinary user, for tests that run as root too.
void become_ordinary() {
  if (::geteuid() != 0) return;
  if (::setgroups(0, nullptr) < 0 || ::setresgid(65534, 65534, 65534) < 0 ||
      ::setresuid(65534, 65534, 65534) < 0)
    ::_exit(98);
}

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
  ::kill(agent.pid(), SIGTERM);  // while it waits: dies natively, and has asked for no execve
  EXPECT_EQ(agent.end().signal(), SIGTERM);
  pollfd waiting{listener.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 0) & waiting.revents & POLLIN, 0);
}

TEST_P(AgentTest, ASignalThatIsIgnoredIsIgnoredWhileItWaits) {
  Agent agent(GetParam(), {.before = [] { ::signal(SIGTERM, SIG_IGN); }});
  const Fd listener = agent.hand_over(allow_all());
  ::kill(agent.pid(), SIGTERM);
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
  Agent::Setting setting{.argv = {"/bin/ls", "/proc/self/fd"}, .before = [] { ::dup2(0, 9); }};
  const Ended expected = native(setting);
  ASSERT_NE(expected.out.find("9\n"), std::string::npos);
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

// --- commands that can't run ---

class CommandFiles : public testing::Test {
 protected:
  CommandFiles() {
    char name[] = "/tmp/scsup-command-XXXXXX";
    folder_ = ::mkdtemp(name);
    fs::permissions(folder_, static_cast<fs::perms>(0755));
  }
  ~CommandFiles() override { fs::remove_all(folder_); }
  std::string file(const std::string& name, const std::string& text, unsigned mode) {
    std::ofstream(folder_ + "/" + name) << text;
    fs::permissions(folder_ + "/" + name, static_cast<fs::perms>(mode));
    return folder_ + "/" + name;
  }
  // Ends before a word is exchanged.
  Ended refused_at_once(const std::string& name, const std::string& path = "") {
    return Agent(Start::forked, {.argv = {name},
                                 .before =
                                     [=] {
                                       become_ordinary();
                                       if (!path.empty()) ::setenv("PATH", path.c_str(), 1);
                                     }})
        .end();
  }
  // Fails in execve.
  Ended fails_in_exec(const std::string& path, int err) {
    Agent agent(Start::forked, {.argv = {path}});
    const Fd listener = agent.hand_over(allow_all());
    agent.say(Go{});
    EXPECT_EQ(agent.expect<ExecFailed>().err, static_cast<std::uint32_t>(err));
    agent.say(Reason{""});
    return agent.end();
  }
  std::string folder_;
};

void expect_end(const Ended& ended, int code, const std::string& err) {
  EXPECT_EQ(ended.code(), code);
  EXPECT_EQ(ended.err, err);
  EXPECT_EQ(ended.out, "");
}

TEST_F(CommandFiles, ThatAreNotThereEndWith127) {
  expect_end(refused_at_once("scsup-nowhere"), 127,
             "scsup: cannot run 'scsup-nowhere': not found in $PATH\n");
  expect_end(refused_at_once("echo", "/nowhere:/proc/1/fd"), 127,
             "scsup: cannot run 'echo': not found in $PATH\n");
  expect_end(refused_at_once("./nowhere"), 127, "scsup: cannot run './nowhere': No such file or directory\n");
  expect_end(refused_at_once(""), 127, "scsup: cannot run '': the command's name is empty\n");
}

TEST_F(CommandFiles, ThatCantBeExecutedEndWith126) {
  const std::string data = file("data", "x", 0644);
  expect_end(refused_at_once(folder_), 126, "scsup: cannot run '" + folder_ + "': Is a directory\n");
  expect_end(refused_at_once(data), 126, "scsup: cannot run '" + data + "': Permission denied\n");
  expect_end(refused_at_once("data", "/nowhere:" + folder_), 126,
             "scsup: cannot run 'data': " + data + ": Permission denied\n");
}

TEST_F(CommandFiles, ThatTheKernelRefusesAreExplained) {
  const std::string lost = file("lost", "#!/nowhere/sh\n", 0755);
  const std::string bare = file("bare", "echo hello\n", 0755);
  expect_end(
      fails_in_exec(lost, ENOENT), 127,
      "scsup: cannot run '" + lost + "': the interpreter or loader that " + lost + " names does not exist\n");
  expect_end(fails_in_exec(bare, ENOEXEC), 126,
             "scsup: cannot run '" + bare + "': Exec format error (does a script lack its #! line?)\n");
}

TEST_F(CommandFiles, AreSearchedInPathAsAShellDoes) {
  file("odd-name", "", 0644);
  fs::create_directory(folder_ + "/sub");
  fs::create_directory(folder_ + "/sub/echo-too");
  std::ofstream(folder_ + "/sub/odd-name") << "#!/bin/sh\necho found $0\n";
  fs::permissions(folder_ + "/sub/odd-name", fs::perms::all);
  const auto run = [&](const std::string& path) {
    return supervised(Start::forked, {.argv = {"odd-name"},
                                      .before =
                                          [=, this] {
                                            ::setenv("PATH", path.c_str(), 1);
                                            if (::chdir((folder_ + "/sub").c_str()) < 0) ::_exit(98);
                                          }})
        .out;
  };
  EXPECT_EQ(run("/nowhere:" + folder_ + ":" + folder_ + "/sub"), "found " + folder_ + "/sub/odd-name\n");
  EXPECT_EQ(run("/nowhere:"), "found ./odd-name\n");
  EXPECT_EQ(run(""), "found ./odd-name\n");
}

// --- supervisors that go away or are none ---

struct BadSupervisor {
  const char* name;
  const char* complaint;
  std::function<void(Agent&)> play;
};
void PrintTo(const BadSupervisor& bad, std::ostream* out) { *out << bad.name; }

void send_flood(Agent& agent) {
  int fds[253] = {};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(fds))]{};
  const std::string bytes = encode(Program{SECCOMP_FILTER_FLAG_NEW_LISTENER});
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(fds));
  std::memcpy(CMSG_DATA(header), fds, sizeof(fds));
  EXPECT_GT(::sendmsg(agent.socket().get(), &message, 0), 0);
}

void answer_hello(Agent& agent, const Message& message, int fd = -1) {
  agent.expect<Hello>();
  agent.say(message, fd);
}
void answer_hello(Agent& agent, std::string_view bytes) {
  agent.expect<Hello>();
  EXPECT_TRUE(send_packet(agent.socket(), bytes));
}
void answer_hello_with_memfd(Agent& agent, const Fd& memfd) {
  answer_hello(agent, Program{SECCOMP_FILTER_FLAG_NEW_LISTENER}, memfd.get());
}
void answer_hello_with_zeros(Agent& agent, std::size_t size, int seals = F_SEAL_WRITE) {
  const std::string zeros(size, '\0');
  answer_hello_with_memfd(agent, memfd_of(zeros.data(), zeros.size(), seals));
}

const BadSupervisor bad_supervisors[] = {
    {"GoesAwayAtOnce", "the supervisor went away", [](Agent& a) { a.socket().reset(); }},
    {"GoesAwayAfterHello", "the supervisor went away before the filter came",
     [](Agent& a) { a.expect<Hello>(); }},
    {"GoesAwayAfterItsFilter", "the supervisor went away",
     [](Agent& a) {
       a.expect<Hello>();
       a.say_program(deny_all());
     }},
    {"GoesAwayAfterTheListener", "the supervisor went away before its word to go came",
     [](Agent& a) { a.hand_over(deny_all()); }},
    {"GoesAwayDuringExecve", "cannot run '/bin/echo': Function not implemented, and the supervisor went away",
     [](Agent& a) {
       Calls calls(a.hand_over(trap_execve(SECCOMP_RET_ERRNO | odd_errno)));
       a.say(Go{});
       EXPECT_EQ(calls.next(), SYS_execve);
       a.socket().reset();
     }},
    {"GoesAwayBeforeItsReason",
     "cannot run '/bin/echo': No message of desired type, and the supervisor went away before its reason",
     [](Agent& a) {
       a.hand_over(deny_all());
       a.say(Go{});
       a.expect<ExecFailed>();
     }},
    {"RefusesAtOnce", "the supervisor refuses: there is no policy 'x'",
     [](Agent& a) {
       a.say(Refused{"there is no policy 'x'"});
       a.socket().reset();
     }},
    {"RefusesAfterHello", "the supervisor refuses: bad luck",
     [](Agent& a) { answer_hello(a, Refused{"bad luck"}); }},
    {"RefusesTheListener", "the supervisor refuses: too late",
     [](Agent& a) {
       a.hand_over(deny_all());
       a.say(Refused{"too late"});
     }},
    {"SpeaksAnotherVersion", "speaks version 2 of the handshake, this is version 1",
     [](Agent& a) { answer_hello(a, std::string_view("SCSP\x02\0\x02\0\x08\0\0\0", 12)); }},
    {"SpeaksGarbage", "doesn't speak scsup's handshake",
     [](Agent& a) { answer_hello(a, "HTTP/1.1 400 Bad Request"); }},
    {"SendsTheWrongWord", "sent something else when the filter was due",
     [](Agent& a) { answer_hello(a, Go{}); }},
    {"SendsAWrongWordInsteadOfGo", "sent something else when its word to go was due",
     [](Agent& a) {
       a.hand_over(deny_all());
       a.say(Reason{"go"});
     }},
    {"SendsABrokenWordInsteadOfGo", "1 bytes follow its last field",
     [](Agent& a) {
       a.hand_over(deny_all());
       EXPECT_TRUE(send_packet(a.socket(), encode(Go{}) + "!"));
     }},
    {"SendsNoFilter", "sent 0 descriptors with its filter, not one",
     [](Agent& a) { answer_hello(a, Program{SECCOMP_FILTER_FLAG_NEW_LISTENER}); }},
    {"SendsAFloodOfDescriptors", "more than 16 descriptors",
     [](Agent& a) {
       a.expect<Hello>();
       send_flood(a);
     }},
    {"SendsAnUnsealedFilter", "not in a sealed memfd", [](Agent& a) { answer_hello_with_zeros(a, 8, 0); }},
    {"SendsAPipe", "not in a sealed memfd",
     [](Agent& a) {
       int ends[2];
       ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
       const Fd in(ends[0]), out(ends[1]);
       answer_hello_with_memfd(a, in);
     }},
    {"SendsAnEmptyFilter", "of 0 bytes is no program", [](Agent& a) { answer_hello_with_zeros(a, 0); }},
    {"SendsHalfAnInstruction", "of 12 bytes is no program", [](Agent& a) { answer_hello_with_zeros(a, 12); }},
    {"SendsTooManyInstructions", "of 32776 bytes is no program",
     [](Agent& a) { answer_hello_with_zeros(a, 4097 * 8); }},
    {"SendsWhatIsNoProgram", "the kernel doesn't take the supervisor's filter: Invalid argument",
     [](Agent& a) { answer_hello_with_zeros(a, 8); }},
    {"WantsNoListener", "with flags 0, which",
     [](Agent& a) {
       a.expect<Hello>();
       a.say_program(allow_all(), 0);
     }},
    {"WantsTheCourierFiltered", "with flags 25, which",
     [](Agent& a) {
       a.expect<Hello>();
       a.say_program(allow_all(), SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC | 16);
     }},
};

class SupervisorThat : public testing::TestWithParam<std::tuple<Start, BadSupervisor>> {};
INSTANTIATE_TEST_SUITE_P(All, SupervisorThat,
                         testing::Combine(testing::Values(Start::forked, Start::binary),
                                          testing::ValuesIn(bad_supervisors)),
                         [](const auto& each) {
                           return std::string(std::get<1>(each.param).name) +
                                  (std::get<0>(each.param) == Start::forked ? "_forked" : "_binary");
                         });

TEST_P(SupervisorThat, EndsTheAgentWithOneSentenceAndNoExec) {
  const auto& [start, bad] = GetParam();
  Agent agent(start, {});
  bad.play(agent);
  const Ended ended = agent.end();
  EXPECT_EQ(ended.code(), 125) << "signal " << ended.signal();
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.err.find(bad.complaint), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.rfind("scsup: ", 0), 0u) << ended.err;
  EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  EXPECT_NE(ended.err.find("'/bin/echo'"), std::string::npos) << ended.err;
}

TEST_P(AgentTest, ANestedSupervisorIsRefusedWithTheReason) {
  Agent agent(GetParam(), {.before = [] {
                const Instructions program = allow_all();
                const sock_fprog words{1, const_cast<sock_filter*>(program.data())};
                ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                const long outer =
                    ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &words);
                // It stays open over the binary's exec: a supervisor that has gone is none.
                if (outer < 0 || ::fcntl(static_cast<int>(outer), F_SETFD, 0) < 0) ::_exit(97);
              }});
  agent.expect<Hello>();
  agent.say_program(allow_all());
  const Ended ended = agent.end();
  EXPECT_EQ(ended.code(), 125);
  EXPECT_EQ(
      ended.err,
      "scsup: this process has a supervisor already and the kernel allows one; start scsup outside of it; "
      "'/bin/echo' was not run\n");
}

TEST_P(AgentTest, AnErrorIsNeverPrintedIntoTheConversation) {
  Agent agent(GetParam(), {.before = [] { ::close(2); }});
  agent.expect<Hello>();
  agent.say(Go{});
  const auto packet = receive_packet(agent.socket());
  EXPECT_TRUE(packet && packet->bytes.empty()) << packet->bytes;
  EXPECT_EQ(agent.end().code(), 125);
}

TEST(AgentWords, ThatOthersChoseCantSteerTheTerminal) {
  EXPECT_EQ(agent::printable("a\033[2J\n\x7f"), "a\\x1b[2J\\x0a\\x7f");
  EXPECT_EQ(agent::printable("gr\u00fc\u00df \u20ac \U0001f600"), "gr\u00fc\u00df \u20ac \U0001f600");
  EXPECT_EQ(agent::printable("\u009b"
                             "1m \x9b \xc0\x80 \xed\xa0\x80 \xe2\x82"),
            "\\xc2\\x9b1m \\x9b \\xc0\\x80 \\xed\\xa0\\x80 \\xe2\\x82");
}

// --- the command line ---

Ended scsup_agent(std::vector<std::string> words) {
  words.insert(words.begin(), SCSUP_AGENT);
  return native({.argv = words});
}

TEST(AgentCommandLine, HelpFitsAScreen) {
  const Ended help = scsup_agent({"--help"});
  EXPECT_EQ(help.code(), 0);
  EXPECT_LE(std::count(help.out.begin(), help.out.end(), '\n'), 24);
  EXPECT_NE(scsup_agent({"--version"}).out.find("scsup-agent "), std::string::npos);
}

TEST(AgentCommandLine, MistakesEndWith125) {
  expect_end(scsup_agent({"true"}), 125, "scsup: no --socket was given; try 'scsup-agent --help'\n");
  expect_end(scsup_agent({"--socket", "/x"}), 125, "scsup: no command was given; try 'scsup-agent --help'\n");
  expect_end(scsup_agent({"--socket"}), 125, "scsup: '--socket' needs a value; try 'scsup-agent --help'\n");
  expect_end(scsup_agent({"--sockets=/x", "true"}), 125,
             "scsup: cannot use the option '--sockets=/x'; try 'scsup-agent --help'\n");
}

TEST(AgentCommandLine, TellsWhatToDoWhenNobodyServesTheSocket) {
  expect_end(scsup_agent({"--socket", "/nowhere/s", "true"}), 125,
             "scsup: cannot connect to '/nowhere/s': No such file or directory; start 'scsup serve' with "
             "that socket "
             "first; 'true' was not run\n");
}

TEST_P(AgentTest, OptionsAfterTheCommandAreTheCommands) {
  EXPECT_EQ(supervised(GetParam(), {.argv = {"/bin/echo", "--policy", "--"}}).out, "--policy --\n");
}

}  // namespace
}  // namespace scsup::test
