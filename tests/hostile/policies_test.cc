// Policies that are meant to hang, exhaust or confuse scsup.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

// Refused, with little processor time and memory, by a sentence that contains `words`; nothing is run.
void expect_refusal(Arena& arena, const std::string& policy, const std::string& words) {
  Started scsup =
      arena.start({program("scsup"), "--policy", policy, "--audit", "none", "/bin/mkdir", "ok/x"}, [] {
        const rlimit seconds{20, 20};
        setrlimit(RLIMIT_CPU, &seconds);
      });
  EXPECT_EQ(scsup.wait(), 125) << policy;
  EXPECT_NE(scsup.err().find(words), std::string::npos) << scsup.err().substr(0, 2000);
  EXPECT_LT(scsup.err().size(), 100000u);
  EXPECT_TRUE(entries(arena.path("ok")).empty());
}

TEST(PoliciesAsAttack, WhatIsNoPlainFile) {
  Arena arena;
  ASSERT_EQ(symlink("loop", arena.path("loop").c_str()), 0);
  expect_refusal(arena, arena.path("loop"), "symbolic links");
  ASSERT_EQ(mkfifo(arena.path("fifo").c_str(), 0600), 0);
  expect_refusal(arena, arena.path("fifo"), "no regular file");
  expect_refusal(arena, arena.root(), "directory");
  expect_refusal(arena, "/dev/zero", "no regular file");
  expect_refusal(arena, arena.path("missing"), "No such file");
  const int sparse = open(arena.path("sparse").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  ASSERT_EQ(ftruncate(sparse, 1 << 30), 0);
  close(sparse);
  expect_refusal(arena, arena.path("sparse"), "larger than 16 MiB");
  if (is_root()) return;
  chmod(arena.write("closed", "{}").c_str(), 0);
  expect_refusal(arena, arena.path("closed"), "Permission denied");
}

TEST(PoliciesAsAttack, DeepNesting) {
  Arena arena;
  for (const char* bracket : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += bracket;
    expect_refusal(arena, arena.write("deep", text), "error:");
  }
}

TEST(PoliciesAsAttack, AMistakeInEachOfManyRules) {
  Arena arena;
  std::string rules;
  for (int i = 0; i < 20000; ++i)
    rules += std::string(i ? "," : "") + R"({"syscalls":["mkdri"],"action":"dney"})";
  Started scsup = arena.start({program("scsup"), "--policy", arena.policy("{\"rules\": [" + rules + "]}"),
                               "--audit", "none", "/bin/true"},
                              [] {
                                const rlimit seconds{20, 20};
                                setrlimit(RLIMIT_CPU, &seconds);
                              });
  EXPECT_EQ(scsup.wait(), 125);
  EXPECT_NE(scsup.err().find("mkdir"), std::string::npos);
}

TEST(PoliciesAsAttack, AHundredThousandRules) {
  Arena arena;
  std::string rules;
  for (int i = 0; i < 100000; ++i)
    rules += std::string(i ? "," : "") + R"({"syscalls":["mkdir"],"path":["/p/)" + std::to_string(i) +
             R"(/**"],"action":"deny"})";
  const std::string policy = arena.policy("{\"default\":{\"action\":\"allow\"},\"rules\": [" + rules + "]}");
  const Ended ended = arena.run({"/bin/mkdir", arena.path("ok/x"), "/p/99999/x"}, policy, [] {
    const rlimit seconds{60, 60};
    setrlimit(RLIMIT_CPU, &seconds);
  });
  EXPECT_EQ(ended.status, 1) << ended.err.substr(0, 2000);
  EXPECT_EQ(entries(arena.path("ok")), Words{"x"});
  expect_sound(arena, ended);
}

}  // namespace
}  // namespace scsup::hostile
