// The messages for what scsup misses. With real refusals: tests/e2e/deprived_test.cc.
#include "supervisor/command/prerequisites.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace scsup {
namespace {

KernelFeatures usual() {
  return probe_kernel([](std::uint32_t) { return EFAULT; });
}

bool says(const std::string& sentence, const std::string& words) {
  return sentence.find(words) != std::string::npos;
}

TEST(Prerequisites, AreThereWhereTheseTestsRun) {
  Undertaking most;
  most.serves_strangers = most.must_kill_others = true;
  EXPECT_EQ(what_is_missing(usual(), Readable::all_of_the_user, most), "");
}

TEST(Prerequisites, OfOtherProcessesMemoryDependOnWhoIsSupervised) {
  Undertaking own_command, strangers, filter_only;
  strangers.serves_strangers = true;
  filter_only.looks_at_paths = false;
  EXPECT_EQ(what_is_missing(usual(), Readable::descendants, own_command), "");
  const std::string for_service = what_is_missing(usual(), Readable::descendants, strangers);
  EXPECT_TRUE(says(for_service, "only its descendants' memory")) << for_service;
  EXPECT_TRUE(says(for_service, "set kernel.yama.ptrace_scope to 0, or use scsup run")) << for_service;
  const std::string for_anybody = what_is_missing(usual(), Readable::nobody, own_command);
  EXPECT_TRUE(says(for_anybody, "run scsup with CAP_SYS_PTRACE")) << for_anybody;
  EXPECT_EQ(what_is_missing(usual(), Readable::nobody, filter_only), "");
}

TEST(Prerequisites, OfTheKernelComeFirst) {
  const auto forbidden = probe_kernel([](std::uint32_t) { return EPERM; });
  const std::string said = what_is_missing(forbidden, Readable::nobody, {});
  EXPECT_TRUE(says(said, "no seccomp user notification here (Operation not permitted)")) << said;
}

TEST(Prerequisites, WhoseMemoryIsReadableIsTried) {
  EXPECT_EQ(whose_memory_is_readable(), Readable::all_of_the_user) << "Yama, or another security module";
}

}  // namespace
}  // namespace scsup
