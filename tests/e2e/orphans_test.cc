// Processes that outlive the command stay supervised, and scsup waits for the last one.
#include <signal.h>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

using Orphans = ScsupTest;

// A child that goes on in the background after the command has ended: it waits for the end of the pipe that the
// command held.
const std::string leave_a_child = R"(
  mkfifo gate
  { read line <gate; mkdir late 2>child.err; echo "child $?"; } &
  exec 9>gate
  exec sh -c 'echo command; exit 7'
)";

TEST_F(Orphans, AreStillDeniedAndRecorded) {
  const Finished done = supervised(shipped_policy("no-mkdir.json"), {"sh", "-c", leave_a_child});
  EXPECT_EQ(done.code(), 7);
  EXPECT_EQ(done.out, "command\nchild 1\n");
  EXPECT_EQ(read_file(at("child.err")), "mkdir: cannot create directory 'late': Operation not permitted\n");
  EXPECT_EQ(calls("deny").size(), 1u);
  EXPECT_EQ(records("end").size(), 1u);
}

TEST_F(Orphans, KeepScsupAliveUntilTheLastHasGone) {
  // The grandchild's stdout is the pipe that we read: scsup's last messages come after the child's output.
  Start start = plain({"sh", "-c", "\"$@\" 2>&1; echo \"scsup $?\"", "-"});
  const Start inner = under(shipped_policy("no-mkdir.json"), {"sh", "-c", leave_a_child}, {"--summary"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  const Finished done = run(start);
  EXPECT_EQ(done.out, "command\nchild 1\nscsup: denied mkdir late: EPERM, rule no-mkdir at " +
                          shipped_policy("no-mkdir.json") + ":6:7\nscsup 7\n");
}

TEST_F(Orphans, OfAKilledFrontStaySupervised) {
  // SIGKILL can't be passed on: the command goes on, and its calls are answered as before.
  Running shell(under(
      shipped_policy("no-mkdir.json"),
      {"sh", "-c", "mkfifo gate; echo ready; read line <gate; mkdir late 2>/dev/null; echo \"child $?\""}));
  ASSERT_TRUE(shell.says("ready"));
  shell.send(SIGKILL);
  EXPECT_EQ(shell.wait(), 1000 + SIGKILL);
  write_file(at("gate"), "go\n");
  EXPECT_EQ(shell.rest(), "ready\nchild 1\n");
}

// All descendants hold the output open: it ends when the last has gone, though one has left its parents and session.
const Words below = {
    "sh", "-c",
    "mkfifo never; (setsid sh -c 'echo one; read line <never' &); sh -c 'echo two; read line <never' & "
    "wait"};

TEST_F(Orphans, ThereAreNoneWhenScsupIsKilledAndAskedToDieWithItsParent) {
  Running scsup(under(shipped_policy("no-mkdir.json"), below, {"--die-with-parent"}));
  ASSERT_TRUE(scsup.says("one"));
  scsup.send(SIGKILL);
  EXPECT_EQ(scsup.wait(), 1000 + SIGKILL);
  scsup.rest();
}

TEST_F(Orphans, ThereAreNoneWhenScsupsParentIsKilled) {
  const Start inner = under(shipped_policy("no-mkdir.json"), below, {"--die-with-parent"});
  Start start = plain({"sh", "-c", "\"$@\"; true", "-"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  Running parent(start);
  ASSERT_TRUE(parent.says("one"));
  parent.send(SIGKILL);
  EXPECT_EQ(parent.wait(), 1000 + SIGKILL);
  parent.rest();
}

// The kernel sends SIGHUP to a process group with a stopped member when the group becomes orphaned. In a job without
// a terminal (its own session, as in CI) the end of a supervised command must not have this effect.
TEST_F(Orphans, AreNotMadeOfTheGroupThatScsupWasStartedIn) {
  const Start inner = under(shipped_policy("no-mkdir.json"), {"true"});
  Start start = plain({"setsid", "--wait", "sh", "-c", R"(
    tail -f /dev/null & stopped=$!
    kill -STOP $stopped
    until grep -q '^State:.T' /proc/$stopped/status; do :; done
    "$@"; echo "scsup $?"
    kill -KILL $stopped)",
                       "-"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  EXPECT_EQ(run(start).out, "scsup 0\n");
}

TEST_F(Orphans, DontHoldUpACommandSubstitution) {
  const Start inner = under(shipped_policy("no-mkdir.json"), {"sh", "-c", "echo value"});
  Start start = plain({"sh", "-c", "x=$(\"$@\"); echo \"<$x>\"", "-"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  EXPECT_EQ(run(start).out, "<value>\n");
}

TEST_F(Orphans, ThatHaveClosedTheirOutputDontHoldUpAReader) {
  // The reader sees the end of the output while scsup and the orphan still live; only then the orphan may end.
  const std::string script = "mkfifo gate; { read line <gate; mkdir late; } >/dev/null 2>&1 & echo value";
  Running shell(under(shipped_policy("no-mkdir.json"), {"sh", "-c", script}));
  EXPECT_EQ(shell.rest(), "value\n");
  EXPECT_EQ(kill(shell.pid(), 0), 0);
  write_file(at("gate"), "go\n");
  EXPECT_EQ(shell.wait(), 0);
  EXPECT_EQ(calls("deny").size(), 1u);
}

TEST_F(Orphans, AreReapedWhenTheyEnd) {
  const std::string script = "for i in 1 2 3 4 5 6 7 8 9 10; do (sh -c 'exit 3' &) ; done; exit 4";
  EXPECT_EQ(supervised(shipped_policy("no-mkdir.json"), {"sh", "-c", script}).code(), 4);
}

}  // namespace
}  // namespace scsup::e2e
