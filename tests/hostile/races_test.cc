// What changes between being read, judged and used.
#include <gtest/gtest.h>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

// Runs an attack under policy() and expects it to find nothing.
void withstands(const std::string& name, const Words& more = {}) {
  Arena arena;
  Words arguments = {arena.root()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = arena.run_attack(name, arguments);
  if (ended.status == 77) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(Races, PathFlippedByASecondThreadMakesNothingElsewhere) { withstands("path_flip", {"mkdir"}); }
TEST(Races, PathFlippedByASecondThreadChangesNothingElsewhere) { withstands("path_flip", {"chmod"}); }
TEST(Races, ComponentExchangedWithASymlink) { withstands("swap_component"); }
TEST(Races, DirectoryMovedUnderDotDot) { withstands("directory_moved"); }
TEST(Races, LastComponentExchangedWithASymlink) { withstands("link_swap"); }
TEST(Races, RemovalThroughASwappedLink) {
  Arena arena;
  const std::string removes = arena.policy(
      R"({"default": {"action": "deny", "errno": "EACCES"}, "rules": [{"syscalls": ["@mkdir", "@rmdir", "@unlink"],
         "path": [")" +
      arena.path("ok") + R"(/**"], "action": "allow"},
         {"syscalls": ["mkdir"], "path": [")" +
      arena.path("no") + R"(/dir"], "action": "allow"}]})");
  const Ended ended = arena.run_attack("remove_swapped", {arena.root()}, removes);
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}
TEST(Races, WorkingDirectoryChangedByAnotherThread) { withstands("chdir_by_another_thread"); }
TEST(Races, DescriptorNumberReopenedByAnotherThread) { withstands("descriptor_flip"); }
TEST(Races, ArgumentsRewrittenByATracer) { withstands("ptrace_arguments"); }
TEST(Races, UmaskSharedWithAnotherThread) { withstands("umask_race"); }

TEST(Races, SignalsThatRestartCalls) { withstands("signal_storm", {"restart"}); }
TEST(Races, SignalsThatInterruptCalls) { withstands("signal_storm", {"interrupt"}); }
TEST(Races, SignalsDuringCallsThatNothingInterrupts) { withstands("never_interrupted"); }

}  // namespace
}  // namespace scsup::hostile
