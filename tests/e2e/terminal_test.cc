// On a terminal scsup must not be noticed: job control, signals, window size.
#include "tests/e2e/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class OnATerminal : public ScsupTest {
 protected:
  const std::string policy_ = shipped_policy("no-mkdir.json");
  // scsup ... -- COMMAND as words for an outer shell. Quiet, because its messages are not tested here.
  std::string typed(const std::string& command) const {
    std::string line;
    for (const std::string& word : under(policy_, {}, {"--quiet"}).argv) line += word + " ";
    return line + command + "\n";
  }
  Start shell(const Words& argv) const {
    Start start = plain(argv);
    start.env["PS1"] = "$ ";
    start.env["ENV"] = std::nullopt;
    start.env["HISTFILE"] = std::nullopt;
    start.env["TERM"] = "dumb";
    return start;
  }
};

// A command that says that it is ready, then waits.
const char* const wait_for_ever =
    "sh -c 'trap \"echo got-cont\" CONT; echo ready; while :; do read line; echo \"line=$line\"; done'";

TEST_F(OnATerminal, CtrlCKillsTheCommandAndScsupEndsByIt) {
  Terminal terminal(under(policy_, {"sh", "-c", "echo ready; exec cat"}));
  ASSERT_TRUE(terminal.says("ready"));
  terminal.type("\x03");
  EXPECT_EQ(terminal.end(), 1000 + SIGINT);
}

TEST_F(OnATerminal, CtrlCThatTheCommandHandlesComesOnce) {
  Terminal terminal(under(policy_, {"sh", "-c",
                                    "n=0; trap 'n=$((n+1)); echo int-$n' INT; echo ready; "
                                    "while :; do if read line; then echo \"$line $n\"; exit 5; fi; done"}));
  ASSERT_TRUE(terminal.says("ready"));
  terminal.type("\x03");
  ASSERT_TRUE(terminal.says("int-1"));
  terminal.type("end\n");
  EXPECT_TRUE(terminal.says("end 1"));
  EXPECT_EQ(terminal.end(), 5);
}

TEST_F(OnATerminal, CtrlBackslashQuits) {
  Start start = under(policy_, {"sh", "-c", "ulimit -c 0; echo ready; exec cat"});
  Terminal terminal(start);
  ASSERT_TRUE(terminal.says("ready"));
  terminal.type("\x1c");
  EXPECT_EQ(terminal.end(), 1000 + SIGQUIT);
}

class UnderAShell : public OnATerminal, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (!is_installed(GetParam())) GTEST_SKIP() << GetParam() << " is missing";
  }
  Words argv() const {
    return std::string(GetParam()) == "bash" ? Words{"bash", "--norc", "--noprofile", "--noediting", "-i"}
                                             : Words{GetParam(), "-i"};
  }
};

TEST_P(UnderAShell, CtrlZStopsAndFgContinues) {
  Terminal terminal(shell(argv()));
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type(typed(wait_for_ever));
  ASSERT_TRUE(terminal.says("ready"));
  for (int round = 0; round < 3; ++round) {
    terminal.type("\x1a");
    ASSERT_TRUE(terminal.says("$ ")) << round;
    EXPECT_EQ(terminal.foreground(), terminal.pid());
    terminal.type("echo in-the-shell; fg >/dev/null\n");
    ASSERT_TRUE(terminal.says("in-the-shell"));
    terminal.type("hello\n");
    ASSERT_TRUE(terminal.says("line=hello")) << round;
  }
  terminal.type("\x03");
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type("echo status=$?\n");
  EXPECT_TRUE(terminal.says("status=130"));
  terminal.type("exit 0\n");
  EXPECT_EQ(terminal.end(), 0);
}

TEST_P(UnderAShell, BgLetsItGoOnInTheBackground) {
  Terminal terminal(shell(argv()));
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type(typed("sh -c 'mkfifo gate; echo ready; read line <gate; echo \"heard $line\"; exit 3'"));
  ASSERT_TRUE(terminal.says("ready"));
  terminal.type("\x1a");
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type("bg >/dev/null; echo word >gate; wait %1; echo status=$?\n");
  EXPECT_TRUE(terminal.says("heard word"));
  EXPECT_TRUE(terminal.says("status=3"));
  terminal.type("exit 0\n");
  EXPECT_EQ(terminal.end(), 0);
}

INSTANTIATE_TEST_SUITE_P(With, UnderAShell, testing::Values("bash", "dash"),
                         [](const auto& of) { return of.param; });

TEST_F(OnATerminal, AnInnerShellHasJobControl) {
  Terminal terminal(under(policy_, {"bash", "--norc", "--noprofile", "--noediting", "-i"}, {"--quiet"}));
  terminal.type("PS1='% '; echo shell-is-up\n");
  ASSERT_TRUE(terminal.says("shell-is-up\n"));
  ASSERT_TRUE(terminal.says("% "));
  EXPECT_EQ(terminal.before().find("job control"), std::string::npos) << terminal.before();
  terminal.type("sh -c 'echo ready; read line; echo line=$line'\n");
  ASSERT_TRUE(terminal.says("ready"));
  EXPECT_NE(terminal.foreground(), terminal.pid());
  terminal.type("\x1a");
  ASSERT_TRUE(terminal.says("Stopped"));
  ASSERT_TRUE(terminal.says("% "));
  terminal.type("fg\n");
  ASSERT_TRUE(terminal.says("read line"));
  terminal.type("back\n");
  ASSERT_TRUE(terminal.says("line=back"));
  terminal.type("mkdir d\n");
  ASSERT_TRUE(terminal.says("Operation not permitted"));
  terminal.type("exit 9\n");
  EXPECT_EQ(terminal.end(), 9);
}

TEST_F(OnATerminal, TheWindowsSizeAndItsChangesReachTheCommand) {
  Terminal terminal(
      under(policy_,
            {"bash", "-c",
             "trap 'stty size; exit 0' WINCH; stty size; echo ready; while :; do read -t 0.05; done"}),
      33, 97);
  ASSERT_TRUE(terminal.says("33 97"));
  ASSERT_TRUE(terminal.says("ready"));
  terminal.resize(44, 111);
  EXPECT_TRUE(terminal.says("44 111"));
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(OnATerminal, TheForegroundGroupIsTheCommands) {
  Terminal terminal(under(policy_, {"sh", "-c",
                                    "read pid comm state ppid pgrp session tty fg rest </proc/$$/stat; "
                                    "[ $pgrp = $fg ] && echo same-group"}));
  EXPECT_TRUE(terminal.says("same-group"));
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(OnATerminal, AHangUpReachesTheCommand) {
  Running waiter(plain({"sh", "-c", "mkfifo gate; echo made; read line <gate; echo \"heard $line\""}));
  ASSERT_TRUE(waiter.says("made"));
  Terminal terminal(under(policy_, {"sh", "-c",
                                    "trap 'echo hangup >gate; exit 3' HUP; mkfifo never; echo ready; "
                                    "while :; do read line <never; done"}));
  ASSERT_TRUE(terminal.says("ready"));
  terminal.hang_up();
  EXPECT_TRUE(waiter.says("heard hangup"));
  EXPECT_EQ(terminal.end(), 3);
}

// Without a shell: the parent sees the states of scsup itself. A hundred stops, each continued at once by the process
// that saw it: none may get lost.
TEST_F(OnATerminal, StopsThatAreContinuedAtOnceLeaveNothingStopped) {
  const Finished done =
      run(under(policy_, {"sh", "-c",
                          "(i=0; while [ $i -lt 100 ]; do kill -STOP $$; kill -CONT $$; i=$((i+1)); "
                          "done; echo done >end) & wait; read line <end; exit 9"}));
  EXPECT_EQ(done.code(), 9);
}

// As a shell waits for its job: scsup is seen to stop with its command. Then the command alone gets a signal.
TEST_F(OnATerminal, ACommandThatSomebodyElseContinuesOrKillsTakesScsupAlong) {
  for (const auto& [signal, code] : {std::pair{SIGCONT, 7}, std::pair{SIGKILL, 1000 + SIGKILL}}) {
    Running scsup(under(policy_, {"sh", "-c", "echo $$ >pid; echo ready; kill -STOP $$; exit 7"}));
    ASSERT_TRUE(scsup.says("ready"));
    int status = 0;
    ASSERT_EQ(waitpid(scsup.pid(), &status, WUNTRACED), scsup.pid());
    ASSERT_TRUE(WIFSTOPPED(status));
    ASSERT_EQ(kill(std::stoi(read_file(at("pid"))), signal), 0);
    EXPECT_EQ(scsup.wait(), code);
  }
}

// A SIGCONT discards a SIGSTOP that is pending, and PTRACE_ATTACH waits for one (signal(7), ptrace(2)).
TEST_F(OnATerminal, TheEndOfACommandSendsScsupNoContinuation) {
  ASSERT_EQ(mkfifo(at("gate").c_str(), 0600), 0);
  Running scsup(under(policy_, {"sh", "-c", "echo $PPID >supervisor; echo ready; read line <gate; exit 7"}));
  ASSERT_TRUE(scsup.says("ready"));
  // A tracer sees the signals that it is sent: its own are blocked.
  ASSERT_EQ(ptrace(PTRACE_SEIZE, scsup.pid(), 0, 0), 0);
  ASSERT_EQ(ptrace(PTRACE_INTERRUPT, scsup.pid(), 0, 0), 0);
  int status = 0;
  ASSERT_EQ(waitpid(scsup.pid(), &status, 0), scsup.pid());
  const int supervisor = static_cast<int>(syscall(SYS_pidfd_open, std::stoi(read_file(at("supervisor"))), 0));
  ASSERT_GE(supervisor, 0);
  write_file(at("gate"), "\n");
  pollfd over{supervisor, POLLIN, 0};
  EXPECT_EQ(poll(&over, 1, patience_ms), 1);
  close(supervisor);
  const std::string state = read_file("/proc/" + std::to_string(scsup.pid()) + "/status");
  const auto pending = std::stoull(state.substr(state.find("ShdPnd:") + 7), nullptr, 16);
  EXPECT_EQ(pending >> (SIGCONT - 1) & 1, 0u);
  ASSERT_EQ(ptrace(PTRACE_DETACH, scsup.pid(), 0, 0), 0);
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(OnATerminal, AContinuationOfScsupAloneContinuesTheCommand) {
  Running scsup(under(policy_, {"sh", "-c", "echo ready; kill -STOP $$; echo went-on; exit 7"}));
  ASSERT_TRUE(scsup.says("ready"));
  int status = 0;
  ASSERT_EQ(waitpid(scsup.pid(), &status, WUNTRACED), scsup.pid());
  ASSERT_TRUE(WIFSTOPPED(status));
  scsup.send(SIGCONT);
  EXPECT_TRUE(scsup.says("went-on"));
  EXPECT_EQ(scsup.wait(), 7);
}

class PassedOn : public OnATerminal, public testing::WithParamInterface<int> {};

TEST_P(PassedOn, SignalsSentToScsupReachTheCommand) {
  const int signal = GetParam();
  const std::string n = std::to_string(signal);
  Running handled(under(policy_, {"sh", "-c",
                                  "trap 'echo got-" + n + "; exit 6' " + n +
                                      "; mkfifo never; echo ready; while :; do read line <never; done"}));
  ASSERT_TRUE(handled.says("ready"));
  handled.send(signal);
  EXPECT_TRUE(handled.says("got-" + n));
  EXPECT_EQ(handled.wait(), 6);

  Running unhandled(under(policy_, {"sh", "-c", "echo ready; read line <never"}));
  ASSERT_TRUE(unhandled.says("ready"));
  unhandled.send(signal);
  EXPECT_EQ(unhandled.wait(), 1000 + signal);
}

INSTANTIATE_TEST_SUITE_P(Signal, PassedOn, testing::Values(SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGTERM),
                         [](const auto& of) { return "SIG" + std::string(sigabbrev_np(of.param)); });

}  // namespace
}  // namespace scsup::e2e
