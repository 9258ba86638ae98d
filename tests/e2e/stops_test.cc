// scsup is stopped when its command is, and continues when it does, whoever stops or continues which of them; and no
// process stays stopped for ever. "A shell" here is the process that started scsup and sees its changes of state.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/e2e/scsup_test.h"
#include "tests/e2e/terminal.h"

namespace scsup::e2e {
namespace {

class Stops : public ScsupTest {
 protected:
  Stops() { EXPECT_EQ(mkfifo(at("gate").c_str(), 0600), 0); }
  // In its own process group, as a shell with job control starts it.
  Start job(const std::string& script) const {
    Start start = under(policy_, {"sh", "-c", script}, {"--quiet"});
    start.prepare = [] { setpgid(0, 0); };
    return start;
  }
  pid_t command() const { return std::stoi(read_file(at("pid"))); }
  void open_gate() const { write_file(at("gate"), "go\n"); }
  const std::string policy_ = shipped_policy("no-mkdir.json");
};

// It waits at the gate, and after that ends with status 7.
const char* const waiting = "echo $$ >pid; echo ready; until read line <gate; do :; done 2>/dev/null; exit 7";

// The next change of its job that a shell sees: "stopped" or "continued". "": none within the time limit.
std::string next_change(pid_t pid) {
  siginfo_t info{};
  const bool heard = eventually([&] {
    return waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WCONTINUED | WNOHANG) == 0 &&
           info.si_pid == pid;
  });
  if (!heard) return "";
  return info.si_code == CLD_CONTINUED ? "continued" : "stopped";
}

TEST_F(Stops, OfTheCommandByASiblingAreFollowed) {
  Running scsup(job("(kill -STOP $$; read line <gate; kill -CONT $$) & wait; read line <gate; exit 7"));
  ASSERT_EQ(next_change(scsup.pid()), "stopped");
  open_gate();
  ASSERT_EQ(next_change(scsup.pid()), "continued");
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(Stops, OfTheCommandBySomebodyElseAreFollowed) {
  Running scsup(job(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  for (int round = 0; round < 3; ++round) {
    kill(command(), SIGSTOP);
    ASSERT_EQ(next_change(scsup.pid()), "stopped");
    kill(command(), SIGCONT);
    ASSERT_EQ(next_change(scsup.pid()), "continued");
  }
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(Stops, OfTheWholeGroupEndWithItsContinuation) {
  Running scsup(job(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  for (int round = 0; round < 100; ++round) {
    kill(-scsup.pid(), SIGSTOP);
    if (round % 10 == 0) {  // otherwise the continuation comes at once
      ASSERT_TRUE(eventually([&] { return state_of(scsup.pid()) == 'T' && state_of(command()) == 'T'; }));
    }
    kill(-scsup.pid(), SIGCONT);
  }
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(Stops, ThatCanBeCaughtReachTheCommandFromScsup) {
  Running scsup(job(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGTSTP);
  ASSERT_EQ(next_change(scsup.pid()), "stopped");
  EXPECT_EQ(state_of(command()), 'T');
  scsup.send(SIGCONT);
  ASSERT_EQ(next_change(scsup.pid()), "continued");
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

// Only its parent learns of it, as scsup(1) says.
TEST_F(Stops, OfScsupAloneLastUntilTheCommandsEnd) {
  Running scsup(job(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGSTOP);
  ASSERT_EQ(next_change(scsup.pid()), "stopped");
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(Stops, OfTheGroupByOneInItHappenOnce) {
  for (const char* stop : {"kill -TSTP 0", "(kill -TSTP 0)"}) {
    Running scsup(job(std::string(stop) + "; echo went-on; read line <gate; exit 7"));
    ASSERT_EQ(next_change(scsup.pid()), "stopped");
    kill(-scsup.pid(), SIGCONT);
    ASSERT_TRUE(scsup.says("went-on"));
    open_gate();
    EXPECT_EQ(scsup.wait(), 7);
  }
}

// A realtime signal, as these are queued: a process that gets it twice can tell.
TEST_F(Stops, AreNotTheOnlySignalsThatTheCommandSendsItsGroupOnce) {
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is missing";
  write_file(at("counting.py"), R"(
import os, signal
once, end = signal.SIGRTMIN + 1, signal.SIGRTMIN + 2
signal.pthread_sigmask(signal.SIG_BLOCK, [once, end])
os.kill(0, once)
print('ready', flush=True)
signal.sigwait([end])
count = 0
while signal.sigtimedwait([once], 0): count += 1
print(count)
)");
  Running scsup(job("exec python3 counting.py"));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGRTMIN + 2);  // scsup takes the lowest number first, so this one comes after all earlier
                             // signals
  EXPECT_EQ(scsup.rest(), "ready\n1\n");
  EXPECT_EQ(scsup.wait(), 0);
}

TEST_F(Stops, InTheInstantOfTheEndHoldUpNothing) {
  for (int round = 0; round < 30; ++round) {
    EXPECT_EQ(run(job("(kill -STOP $$; kill -KILL $$) & wait")).code(), 1000 + SIGKILL);
    Running scsup(job(waiting));
    ASSERT_TRUE(scsup.says("ready"));
    open_gate();
    scsup.send(SIGSTOP);
    EXPECT_EQ(scsup.wait(), 7);
  }
}

TEST_F(Stops, WhileADebuggerHoldsTheCommandAreSeenAndItsOwnAreNone) {
  Running scsup(job(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  const pid_t traced = command();
  ASSERT_EQ(ptrace(PTRACE_ATTACH, traced, 0, 0), 0);
  int status = 0;
  ASSERT_EQ(waitpid(traced, &status, __WALL), traced);
  ASSERT_EQ(ptrace(PTRACE_DETACH, traced, 0, 0), 0);
  // As strace -p does.
  ASSERT_EQ(ptrace(PTRACE_SEIZE, traced, 0, 0), 0);
  kill(traced, SIGSTOP);
  ASSERT_EQ(waitpid(traced, &status, __WALL), traced);
  EXPECT_NE(state_of(scsup.pid()), 'T');
  ASSERT_EQ(ptrace(PTRACE_CONT, traced, 0, SIGSTOP), 0);
  ASSERT_EQ(waitpid(traced, &status, __WALL), traced);
  ASSERT_EQ(ptrace(PTRACE_LISTEN, traced, 0, 0), 0);
  EXPECT_EQ(next_change(scsup.pid()), "stopped");
  kill(traced, SIGCONT);
  EXPECT_EQ(next_change(scsup.pid()), "continued");
  ASSERT_EQ(waitpid(traced, &status, __WALL), traced);
  ASSERT_EQ(ptrace(PTRACE_DETACH, traced, 0, 0), 0);
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(Stops, EndUnderADebuggerOfScsup) {
  Running scsup(job(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  for (int round = 0; round < 10; ++round) {
    kill(command(), SIGSTOP);
    ASSERT_EQ(next_change(scsup.pid()), "stopped");
    ASSERT_EQ(ptrace(PTRACE_ATTACH, scsup.pid(), 0, 0), 0);
    int status = 0;
    ASSERT_TRUE(eventually([&] { return waitpid(scsup.pid(), &status, __WALL | WNOHANG) == scsup.pid(); }));
    kill(command(), SIGCONT);
    ASSERT_EQ(ptrace(PTRACE_DETACH, scsup.pid(), 0, 0), 0);
    ASSERT_TRUE(eventually([&] { return state_of(scsup.pid()) == 'S'; }));
    ASSERT_TRUE(eventually([&] { return state_of(command()) == 'S'; }));
    while (waitpid(scsup.pid(), &status, WNOHANG | WCONTINUED | WUNTRACED) > 0) {
    }
  }
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

// A cgroup of our own below the one that we are in.
class Freezer {
 public:
  Freezer() {
    for (const std::string& mount : lines_of(read_file("/proc/self/mounts"))) {
      const std::size_t path = mount.find(' ') + 1, type = mount.find(' ', path) + 1;
      if (mount.substr(type).starts_with("cgroup2 ")) root_ = mount.substr(path, type - path - 1);
    }
    for (const std::string& line : lines_of(read_file("/proc/self/cgroup")))
      if (line.starts_with("0::"))
        path_ = root_ + line.substr(3) + "/scsup-stops-" + std::to_string(getpid());
  }
  ~Freezer() {  // a process that is just ending is still in it
    EXPECT_TRUE(eventually([&] { return rmdir(path_.c_str()) == 0 || errno != EBUSY; }));
  }
  Freezer(Freezer&&) = delete;
  bool make() const { return !root_.empty() && mkdir(path_.c_str(), 0755) == 0; }
  void take(pid_t pid) const { write_to("cgroup.procs", std::to_string(pid)); }
  bool freeze(bool on) const {
    write_to("cgroup.freeze", on ? "1" : "0");
    const std::string now = on ? "frozen 1" : "frozen 0";
    return eventually([&] { return read_file(path_ + "/cgroup.events").find(now) != std::string::npos; });
  }

 private:
  void write_to(const char* file, const std::string& text) const {
    FILE* stream = std::fopen((path_ + "/" + file).c_str(), "w");
    if (!stream || std::fputs(text.c_str(), stream) < 0 || std::fclose(stream) != 0) ADD_FAILURE() << file;
  }
  std::string root_, path_;
};

// The kernel holds back the signals of a frozen process, except SIGKILL, until it thaws.
TEST_F(Stops, OfAFrozenCommandAreFollowedWhenItThawsAndFreezingIsNone) {
  const Freezer freezer;
  if (!freezer.make()) GTEST_SKIP() << "missing: a cgroup v2 that may be written";
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is missing";
  write_file(at("waiting.py"), R"(
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print(os.getpid(), file=open('pid', 'w'))
print('ready', flush=True)
signal.sigwait([signal.SIGUSR1])
print('got-it', flush=True)
open('gate').read()
sys.exit(7)
)");
  Running scsup(job("exec python3 waiting.py"));
  ASSERT_TRUE(scsup.says("ready"));
  freezer.take(command());
  ASSERT_TRUE(freezer.freeze(true));
  scsup.send(SIGUSR1);
  kill(command(), SIGSTOP);
  ASSERT_TRUE(freezer.freeze(false));
  EXPECT_EQ(next_change(scsup.pid()), "stopped");
  kill(command(), SIGCONT);
  EXPECT_EQ(next_change(scsup.pid()), "continued");
  EXPECT_TRUE(scsup.says("got-it"));
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

TEST_F(Stops, OfAllInAFrozenGroupAreFollowedWhenItThaws) {
  const Freezer freezer;
  if (!freezer.make()) GTEST_SKIP() << "missing: a cgroup v2 that may be written";
  Start start = job("echo $PPID >supervisor; " + std::string(waiting));
  Running scsup(start);
  ASSERT_TRUE(scsup.says("ready"));
  for (const pid_t pid : {scsup.pid(), std::stoi(read_file(at("supervisor"))), command()}) freezer.take(pid);
  for (const int last : {SIGSTOP, SIGCONT}) {
    ASSERT_TRUE(freezer.freeze(true));
    kill(command(), SIGSTOP);
    kill(command(), last);
    ASSERT_TRUE(freezer.freeze(false));
    if (last == SIGSTOP) {
      EXPECT_EQ(next_change(scsup.pid()), "stopped");
      kill(command(), SIGCONT);
      EXPECT_EQ(next_change(scsup.pid()), "continued");
    }
  }
  open_gate();
  EXPECT_EQ(scsup.wait(), 7);
}

class StopsOnATerminal : public Stops {
 protected:
  Start bash() const {
    Start start = plain({"bash", "--norc", "--noprofile", "--noediting", "-i"});
    start.env["PS1"] = "$ ";
    start.env["HISTFILE"] = std::nullopt;
    start.env["TERM"] = "dumb";
    return start;
  }
  void SetUp() override {
    if (!is_installed("bash")) GTEST_SKIP() << "bash is missing";
  }
  std::string typed(const std::string& command) const {
    std::string line;
    for (const std::string& word : under(policy_, {}, {"--quiet"}).argv) line += word + " ";
    return line + command;
  }
};

TEST_F(StopsOnATerminal, ByCtrlZGiveTheTerminalBackThoughTheCommandHasEndedAndLeftSomebody) {
  Terminal terminal(bash());
  ASSERT_TRUE(terminal.says("$ "));
  // It must be busy: a shell that is just about to wait may lose a signal that it traps.
  terminal.type(
      typed("sh -c '(trap \"echo went-on\" CONT; while kill -0 $$ 2>/dev/null; do :; done; echo over; "
            "while [ -e gate ] && ! [ -e end ]; do :; done; echo at-its-end) & exit 3'\n"));
  ASSERT_TRUE(terminal.says("over"));
  for (int round = 0; round < 3; ++round) {
    terminal.type("\x1a");
    ASSERT_TRUE(terminal.says("$ "));
    terminal.type("fg >/dev/null\n");
    ASSERT_TRUE(terminal.says("went-on"));
  }
  write_file(at("end"), "");
  ASSERT_TRUE(terminal.says("at-its-end"));
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type("echo status=$?\n");
  EXPECT_TRUE(terminal.says("status=3"));
  terminal.type("exit 0\n");
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(StopsOnATerminal, ByCtrlZStopAPipelineThatScsupIsIn) {
  Terminal terminal(bash());
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type("cat | " + typed("cat") + " | while read word; do echo got-$word; done\n");
  for (const std::string word : {"one", "two", "three"}) {
    terminal.type(word + "\n");
    ASSERT_TRUE(terminal.says("got-" + word));
    terminal.type("\x1a");
    ASSERT_TRUE(terminal.says("$ "));
    terminal.type("echo in-the-shell; fg >/dev/null\n");
    ASSERT_TRUE(terminal.says("in-the-shell"));
  }
  terminal.type("four\n");
  ASSERT_TRUE(terminal.says("got-four"));
  terminal.type("\x04");
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type("exit 0\n");
  EXPECT_EQ(terminal.end(), 0);
}

}  // namespace
}  // namespace scsup::e2e
