#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>

#include "agent/last_words.h"
#include "tests/unit/agent_harness.h"

namespace scsup::test {
namespace {

using namespace handshake;
namespace fs = std::filesystem;

class AgentFailure : public testing::TestWithParam<Start> {};
INSTANTIATE_TEST_SUITE_P(Both, AgentFailure, testing::Values(Start::forked, Start::binary), start_name);

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
  // Ends before any message is exchanged.
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
  const std::string bytes = encode(loaded_with(SECCOMP_FILTER_FLAG_NEW_LISTENER));
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
  answer_hello(agent, loaded_with(SECCOMP_FILTER_FLAG_NEW_LISTENER), memfd.get());
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
    {"GoesAwayAfterAFilterThatAllowsExecve", "the supervisor went away",
     [](Agent& a) {
       a.expect<Hello>();
       a.say_program(allow_all());
     }},
    {"GoesAwayAfterTheListener", "the supervisor went away before its go-ahead came",
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
    {"SendsAWrongWordInsteadOfGo", "sent something else when its go-ahead was due",
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
     [](Agent& a) { answer_hello(a, loaded_with(SECCOMP_FILTER_FLAG_NEW_LISTENER)); }},
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

TEST_P(AgentFailure, ANestedSupervisorIsRefusedWithTheReason) {
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

TEST_P(AgentFailure, AnErrorIsNeverPrintedIntoTheConversation) {
  Agent agent(GetParam(), {.before = [] { ::close(2); }});
  agent.expect<Hello>();
  agent.say(Go{});
  const auto packet = receive_packet(agent.socket());
  EXPECT_TRUE(packet && packet->bytes.empty()) << packet->bytes;
  EXPECT_EQ(agent.end().code(), 125);
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

TEST_P(AgentFailure, OptionsAfterTheCommandAreTheCommands) {
  EXPECT_EQ(supervised(GetParam(), {.argv = {"/bin/echo", "--policy", "--"}}).out, "--policy --\n");
}

}  // namespace
}  // namespace scsup::test
