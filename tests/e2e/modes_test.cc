// Rules on modes and flags hold for every spelling of a call.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/e2e/scsup_test.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace scsup::e2e {
namespace {

class Modes : public ScsupTest {
 protected:
  Modes() { write_file(at("f"), "x\n", 0640); }
  const std::string no_setuid_ = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"id": "no-setid", "syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny", "errno": "EXFULL"}]}})");
  int call(const Words& words) const {
    Words argv = {own_program("try_call")};
    argv.insert(argv.end(), words.begin(), words.end());
    Start start = under(no_setuid_, argv);
    const std::string file = at("f");
    start.prepare = [&] { dup2(open(file.c_str(), O_RDWR), 9); };
    return run(start).code();
  }
};

TEST_F(Modes, TheSetuidBitIsDeniedThroughEverySpelling) {
  const std::string here = std::to_string(AT_FDCWD);
  const std::vector<std::pair<const char*, Words>> spellings = {
      {"chmod", {std::to_string(SYS_chmod), "@f"}},
      {"fchmod", {std::to_string(SYS_fchmod), "9"}},
      {"fchmodat", {std::to_string(SYS_fchmodat), here, "@f"}},
      {"fchmodat2", {std::to_string(SYS_fchmodat2), here, "@f"}},
      {"fchmodat2", {std::to_string(SYS_fchmodat2), "9", "@"}},
      {"chmod", {std::to_string(SYS_chmod), "@/proc/self/fd/9"}}};
  for (auto [name, words] : spellings) {
    for (const auto& [bits, expected] : {std::pair{"04750", 54}, {"02750", 54}, {"0604", 0}}) {
      Words with = words;
      with.push_back(bits);
      if (words.back() == "@") with.push_back(std::to_string(AT_EMPTY_PATH));
      const int err = call(with);
      if (err == ENOSYS) continue;  // fchmodat2 before Linux 6.6
      EXPECT_EQ(err, expected) << name << " " << bits;
    }
    EXPECT_EQ(records("call").size() > 0 && records("call").back()["sys"]["name"] == name, true) << name;
  }
}

TEST_F(Modes, ProgramsSayWhatTheySayOfAnyRefusal) {
  const Finished done = supervised(no_setuid_, {"chmod", "u+s", "f"});
  EXPECT_EQ(done.code(), 1);
  EXPECT_EQ(done.err, "chmod: changing permissions of 'f': Exchange full\n");
  EXPECT_EQ(supervised(no_setuid_, {"chmod", "600", "f"}).code(), 0);
}

TEST_F(Modes, PythonToo) {
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is missing";
  const Finished done = supervised(no_setuid_, {"python3", "-c", R"(
import os
fd = os.open('f', os.O_RDONLY)
for change in (lambda m: os.chmod('f', m), lambda m: os.fchmod(fd, m), lambda m: os.chmod(fd, m),
               lambda m: os.chmod('f', m, dir_fd=os.open('.', os.O_RDONLY))):
    change(0o644)
    try: change(0o4755); print('changed')
    except OSError as error: print(error.errno)
)"});
  EXPECT_EQ(done.out, "54\n54\n54\n54\n") << done.err;
}

TEST_F(Modes, OneModeAllModesAndRanges) {
  const auto denied = [&](const std::string& condition, const std::string& bits) {
    const std::string file = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
      {"syscalls": ["@chmod"], "mode": )" +
                                        condition + R"(, "action": "deny", "errno": "EXFULL"}]}})",
                                    "mode.json");
    return supervised(file, {own_program("try_call"), std::to_string(SYS_chmod), "@f", bits},
                      {"--audit", "none"})
               .code() == 54;
  };
  EXPECT_TRUE(denied("\"0600\"", "0600"));
  EXPECT_FALSE(denied("\"0600\"", "0601"));
  EXPECT_TRUE(denied(R"(["0600", "0644"])", "0644"));
  EXPECT_TRUE(denied(R"({"all": "0022"})", "0666"));
  EXPECT_FALSE(denied(R"({"all": "0022"})", "0646"));
  EXPECT_TRUE(denied(R"({"none": "0111"})", "0666"));
  EXPECT_FALSE(denied(R"({"none": "0111"})", "0667"));
  EXPECT_TRUE(denied(R"({"min": "0700"})", "0700"));
  EXPECT_FALSE(denied(R"({"min": "0700"})", "0677"));
}

TEST_F(Modes, FlagsAreNamed) {
  const std::string file = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"syscalls": ["fchmodat2"], "flags": "AT_SYMLINK_NOFOLLOW", "action": "deny", "errno": "EXFULL"}]}})",
                                  "flags.json");
  const Words words = {own_program("try_call"), std::to_string(SYS_fchmodat2), std::to_string(AT_FDCWD), "@f",
                       "0600"};
  Words flagged = words;
  flagged.push_back(std::to_string(AT_SYMLINK_NOFOLLOW));
  const int plainly = supervised(file, words).code();
  if (plainly == ENOSYS) GTEST_SKIP() << "this kernel has no fchmodat2 (Linux 6.6)";
  EXPECT_EQ(plainly, 0);
  EXPECT_EQ(supervised(file, flagged).code(), 54);
}

}  // namespace
}  // namespace scsup::e2e
