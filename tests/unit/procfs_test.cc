#include "supervisor/target/procfs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scsup {
namespace {

constexpr const char* status =
    "Name:\ta\\nUid:\\\\b\nUmask:\t0027\nState:\tS "
    "(sleeping)\nTgid:\t10\nNgid:\t0\nPid:\t12\nPPid:\t3\nTracerPid:\t0\n"
    "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nFDSize:\t64\nGroups:\t30 10 20 \nNStgid:\t10\t1\nNSpid:\t12\t2\n"
    "CapInh:\t0000000000000000\nCapPrm:\t00000000000000ff\nCapEff:\t00000000000000f3\n"
    "CapBnd:\t00000000000001ff\nNoNewPrivs:\t1\n";

TEST(ParseStatus, ReadsWhatPermissionChecksLookAt) {
  const auto parsed = parse_status(status);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->umask, 027u);
  EXPECT_EQ(parsed->tgid, 10);
  EXPECT_EQ(parsed->ppid, 3);
  EXPECT_EQ(parsed->euid, 2u);
  EXPECT_EQ(parsed->fsuid, 4u);
  EXPECT_EQ(parsed->egid, 6u);
  EXPECT_EQ(parsed->fsgid, 8u);
  EXPECT_EQ(parsed->groups, (std::vector<gid_t>{10, 20, 30}));
  EXPECT_EQ(parsed->effective_caps, 0xf3u);
  EXPECT_EQ(parsed->permitted_caps, 0xffu);
  EXPECT_EQ(parsed->bounding_caps, 0x1ffu);
  EXPECT_TRUE(parsed->no_new_privs);
}

TEST(ParseStatus, IsNotFooledByANameThatLooksLikeAField) {
  const auto parsed = parse_status(status);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->comm, "a\nUid:\\b");
}

TEST(ParseStatus, RefusesHalfAFile) {
  const std::string text = status;
  for (const char* field : {"Umask", "CapEff", "Groups", "Tgid"})
    EXPECT_FALSE(parse_status(text.substr(0, text.find(field))));
  EXPECT_FALSE(parse_status(""));
}

TEST(ParseStatus, AgreesWithTheKernelAboutThisProcess) {
  auto directory = open_task_directory(getpid());
  ASSERT_TRUE(directory);
  const auto parsed = parse_status(*read_file_at(*directory, "status"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->euid, geteuid());
  EXPECT_EQ(parsed->ppid, getppid());
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(parsed->umask, mask);
}

TEST(ReadUmask, IsTheUmaskOfNowWhateverTheNameLooksLike) {
  auto directory = open_task_directory(getpid());
  ASSERT_TRUE(directory);
  const Fd file(openat(directory->get(), "status", O_RDONLY | O_CLOEXEC));
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  prctl(PR_SET_NAME, "\nUmask:\t0777\n");
  const mode_t before = umask(0);
  for (const mode_t mask : {0u, 022u, 0777u, 0137u}) {
    umask(mask);
    EXPECT_EQ(read_umask_again(file).value(), mask);
  }
  umask(before);
  prctl(PR_SET_NAME, name);
}

TEST(ParseStartTime, SkipsACommThatHoldsParentheses) {
  EXPECT_EQ(parse_start_time("7 (a) b) (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20"), 4242u);
  EXPECT_FALSE(parse_start_time("7 (a) S 1 2"));
  EXPECT_FALSE(parse_start_time(""));
}

}  // namespace
}  // namespace scsup
