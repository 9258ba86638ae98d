// Many tasks at once, and many that die.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

void withstands(const std::string& name, const Words& more = {}) {
  Arena arena;
  Words arguments = {arena.root()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = arena.run_attack(name, arguments);
  if (ended.status == 77) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(Crowds, TargetsKilledInTheMiddleOfCalls) { withstands("kill_mid_call"); }
TEST(Crowds, AThousandThreads) { withstands("crowd_of_threads"); }
TEST(Crowds, VforkChildren) { withstands("vfork_children"); }
TEST(Crowds, WavesOfProcesses) { withstands("fork_storm"); }
TEST(Crowds, ExitOfTheProcessDuringCalls) { withstands("exit_during_calls"); }
TEST(Crowds, ExecByAThreadDuringCalls) { withstands("exec_by_thread", {"40"}); }
TEST(Crowds, TaskNumberUsedAgainByAnotherIdentity) {
  if (!is_root()) GTEST_SKIP() << "needs root, to choose a task's number and to change identity";
  withstands("tid_reuse");
}

// The supervisor has few descriptors: what it remembers of tasks must fit.
TEST(Crowds, AThousandThreadsAndASupervisorWithFewDescriptors) {
  Arena arena;
  const Ended crowd = arena.run({attack("crowd_of_threads"), arena.root()}, "", [] {
    const rlimit few{256, 256};
    setrlimit(RLIMIT_NOFILE, &few);
  });
  if (crowd.status == 77) GTEST_SKIP() << crowd.err;
  EXPECT_EQ(crowd.status, 0) << crowd.err;
  expect_sound(arena, crowd);
}

}  // namespace
}  // namespace scsup::hostile
