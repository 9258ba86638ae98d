// Calls that a target keeps from ending.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

// Waits until `name` exists in the arena or `process` has ended.
bool appears(const Arena& arena, const std::string& name, const Started& process) {
  Fd watch(inotify_init1(IN_CLOEXEC));
  inotify_add_watch(watch.get(), arena.root().c_str(), IN_CREATE);
  while (access(arena.path(name).c_str(), F_OK) != 0) {
    pollfd ready[] = {{watch.get(), POLLIN, 0}, {process.pidfd().get(), POLLIN, 0}};
    poll(ready, 2, -1);
    if (ready[1].revents != 0) return false;
    char events[4096];
    (void)!read(watch.get(), events, sizeof events);
  }
  return true;
}

// Forty threads of one target stall; another target on the same supervisor does two thousand calls meanwhile.
TEST(Stalls, MemoryThatNobodyServesHoldsUpItsOwnSessionOnly) {
  Arena arena;
  Started serve = arena.start_serve(arena.policy());
  const Words agent = {program("scsup-agent"), "--socket", arena.socket(), "--"};
  Words hostile = agent, other = agent;
  hostile.insert(hostile.end(), {attack("stalled_memory"), arena.root(), "40"});
  other.insert(other.end(), {attack("signal_storm"), arena.root(), "restart"});
  Started stalled = arena.start(hostile);
  if (!appears(arena, "stalled", stalled)) {
    const int status = stalled.wait();
    if (status == 77) GTEST_SKIP() << stalled.err();
    FAIL() << status << stalled.err();
  }
  Started beside = arena.start(other);
  EXPECT_EQ(beside.wait(), 0) << beside.err();
  pollfd still{stalled.pidfd().get(), POLLIN, 0};
  EXPECT_EQ(poll(&still, 1, 0), 0) << "the stalled calls ended before the others were through";
  EXPECT_EQ(stalled.wait(), 0) << stalled.err();
  kill(serve.pid(), SIGTERM);
  EXPECT_EQ(serve.wait(), 0) << serve.err();
  expect_sound(arena.audit());
  EXPECT_EQ(count_calls(arena.audit(), "deny", "ETIMEDOUT"), 40u);
}

TEST(Stalls, WhatIsInWorkIsAnsweredBeforeTheSupervisorEnds) {
  Arena arena;
  Started serve = arena.start_serve(arena.policy());
  Started stalled = arena.start({program("scsup-agent"), "--socket", arena.socket(), "--",
                                 attack("stalled_memory"), arena.root(), "1"});
  if (!appears(arena, "stalled", stalled)) {
    const int status = stalled.wait();
    if (status == 77) GTEST_SKIP() << stalled.err();
    FAIL() << status << stalled.err();
  }
  kill(serve.pid(), SIGTERM);
  EXPECT_EQ(serve.wait(), 0) << serve.err();
  expect_sound(arena.audit());
  stalled.wait();
  EXPECT_EQ(count_calls(arena.audit(), "deny", "ETIMEDOUT"), 1u);
}

TEST(Stalls, FuseThatNeverAnswers) {
  if (!is_root()) GTEST_SKIP() << "needs root, to mount FUSE";
  Arena arena;
  const Ended ended = arena.run_attack("hang_in_fuse", {arena.root()});
  if (ended.status == 77) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

}  // namespace
}  // namespace scsup::hostile
