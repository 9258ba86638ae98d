// Every case runs natively and under scsup, in a directory of the same name; what the target sees is identical to the
// byte.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <tuple>

#include "tests/schema/audit_schema.h"
#include "tests/syscall/cases.h"
#include "tests/syscall/run.h"
#include "tests/syscall/scratch.h"

namespace twin {

namespace {

enum class Answer { performed, continued };

constexpr const char* architectures = R"("defaultAction": "SCMP_ACT_ALLOW",
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],)";

// None of these calls ever gives EXDEV by itself.
std::string policy(Answer answer) {
  const std::string rules =
      answer == Answer::performed
          ? R"({"syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"], "path": "/**", "action": "allow"}, {"syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"], "action": "allow"})"
          : R"({"syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"], "action": "allow", "audit": true})";
  return std::string("{") + architectures +
         R"("supervise": {"default": {"action": "deny", "errno": "EXDEV"}, "rules": [)" + rules + "]}}\n";
}

std::string program(const char* built) {
  const char* directory = std::getenv("SCSUP_BIN_DIR");
  return directory ? std::string(directory) + "/scsup" : built;
}

std::string first_line(const char* path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

// What this machine or this user lacks for a case; "" if nothing is missing.
std::string missing(unsigned needs, const std::string& place) {
  if ((needs & root) != 0 && geteuid() != 0) return "needs root";
  if ((needs & sticky_links) != 0 && first_line("/proc/sys/fs/protected_symlinks") != "1")
    return "needs fs.protected_symlinks=1";
  if ((needs & acl) != 0 && getxattr(place.c_str(), "system.posix_acl_access", nullptr, 0) < 0 &&
      errno == EOPNOTSUPP)
    return "needs a file system with POSIX ACLs";
  if ((needs & user_namespace) != 0) {
    const pid_t child = fork();
    if (child == 0) _exit(syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */) != 0);
    int status = 1;
    waitpid(child, &status, 0);
    if (status != 0) return "needs user namespaces";
  }
#ifndef __x86_64__
  if ((needs & int80_calls) != 0) return "needs x86_64";
#else
  if ((needs & int80_calls) != 0) {
    const pid_t child = fork();
    if (child == 0) {
      long result = 20;  // getpid
      asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
      _exit(result <= 0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    if (status != 0) return "needs a kernel that takes i386 calls";
  }
#endif
  return {};
}

int calls_in(const std::string& out) {
  int lines = 0;
  std::istringstream text(out);
  for (std::string line; std::getline(text, line);) lines += line.starts_with("* ");
  return lines;
}

// The lines in which two texts differ, with the lines before.
std::string difference(const std::string& native, const std::string& supervised) {
  std::istringstream a(native), b(supervised);
  std::string out, x, y;
  for (int shown = 0; shown < 20;) {
    const bool more_a = static_cast<bool>(std::getline(a, x)), more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b) break;
    if (!more_a) x = "(nothing)";
    if (!more_b) y = "(nothing)";
    if (x == y) continue;
    out += "  natively:   " + x + "\n  supervised: " + y + "\n";
    ++shown;
  }
  return out;
}

void PrintTo(const std::tuple<Place, Answer, Case>& given, std::ostream* out) {
  *out << std::get<2>(given).name;
}

class Twins : public testing::TestWithParam<std::tuple<Place, Answer, Case>> {
 protected:
  void SetUp() override {
    root_ = scratch_root(std::get<0>(GetParam()));
    if (root_.empty())
      GTEST_SKIP() << "needs a directory that everybody may search, on that kind of file system";
  }
  void TearDown() override {
    if (root_.empty()) return;
    scsup::tests::expect_known_records(root_);
    remove_tree(root_);
  }
  std::string root_;
};

TEST_P(Twins, SeeTheSame) {
  const auto& [place, answer, one] = GetParam();
  if (const std::string lacking = missing(one.needs, root_); !lacking.empty()) GTEST_SKIP() << lacking;
  // Files that a case makes beside its directory are compared as well.
  const std::string around = root_ + "/" + one.name, scratch = around + "/in", audit = root_ + "/audit.jsonl",
                    rules = root_ + "/policy.json";
  const std::vector<std::string> target = {TWIN_TARGET, one.name, scratch};
  std::ofstream(rules) << policy(answer);

  make_empty(around);
  make_empty(scratch);
  const Ran native = run(target, scratch);
  const std::string native_tree = tree(around);
  ASSERT_TRUE(native.in_time);
  ASSERT_EQ(native.err, "");
  ASSERT_TRUE(WIFEXITED(native.status) && WEXITSTATUS(native.status) == 7) << native.status << "\n"
                                                                           << native.out;

  make_empty(around);
  make_empty(scratch);
  std::vector<std::string> command = {program(SCSUP), "--quiet", "--policy", rules, "--audit", audit, "--"};
  command.insert(command.end(), target.begin(), target.end());
  const Ran supervised = run(command, scratch);
  const std::string supervised_tree = tree(around);
  ASSERT_TRUE(supervised.in_time) << "a call was never answered, after:\n" << supervised.out;
  EXPECT_EQ(supervised.err, "");
  EXPECT_EQ(native.status, supervised.status);
  EXPECT_EQ(difference(native.out, supervised.out), "");
  EXPECT_EQ(difference(native_tree, supervised_tree), "");

  // And scsup made the calls.
  const Recorded recorded = read_audit(audit);
  for (const std::string& line : recorded.refused) ADD_FAILURE() << "not the kernel's answer: " << line;
  const int calls = calls_in(supervised.out);
  if (answer == Answer::performed) {
    EXPECT_GT(recorded.performed, 0);
    EXPECT_EQ(recorded.continued, 0);
    EXPECT_GE(recorded.performed + recorded.failed_on_the_way, calls);
  } else {
    EXPECT_EQ(recorded.performed + recorded.failed_on_the_way, 0);
    EXPECT_GE(recorded.continued, calls);
  }
}

std::vector<Case> by_themselves() {
  std::vector<Case> some;
  for (const Case& one : all_cases())
    if ((one.needs & by_exec) == 0) some.push_back(one);
  return some;
}

std::string name_of(const testing::TestParamInfo<std::tuple<Place, Answer, Case>>& given) {
  return std::string(std::get<2>(given.param).name) +
         (std::get<0>(given.param) == Place::disk ? "_on_disk" : "_on_tmpfs") +
         (std::get<1>(given.param) == Answer::performed ? "_performed" : "_continued");
}

INSTANTIATE_TEST_SUITE_P(Performed, Twins,
                         testing::Combine(testing::Values(Place::disk, Place::memory),
                                          testing::Values(Answer::performed),
                                          testing::ValuesIn(by_themselves())),
                         name_of);
// The kernel executes these itself: one file system suffices to show that scsup doesn't interfere.
INSTANTIATE_TEST_SUITE_P(Continued, Twins,
                         testing::Combine(testing::Values(Place::memory), testing::Values(Answer::continued),
                                          testing::ValuesIn(by_themselves())),
                         name_of);

}  // namespace

}  // namespace twin
