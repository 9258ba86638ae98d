// Python's own tests of os, pathlib and shutil have the same results under scsup as without.
#include <regex>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class PythonSuite : public ScsupTest, public testing::WithParamInterface<const char*> {
 protected:
  // The first python3 that has the module.
  std::string python() const {
    for (const char* candidate : {"/usr/bin/python3", "python3"})
      if (run(plain({candidate, "-c", "import test." + std::string(GetParam())})).code() == 0)
        return candidate;
    return "";
  }
  // The names of failed tests, and the line with the counts. Times and process numbers differ from run to run.
  static std::string verdict(const Finished& done) {
    std::string text;
    for (const std::string& line : lines_of(done.out + "\n" + done.err))
      if (std::regex_search(line, std::regex("^(ERROR|FAIL): |^(OK|FAILED)( \\(|$)|^Ran \\d+ tests")))
        text += std::regex_replace(line, std::regex(" in [0-9.]+s$"), "") + "\n";
    return text;
  }
};

TEST_P(PythonSuite, GivesTheSame) {
  const std::string interpreter = python();
  if (interpreter.empty())
    GTEST_SKIP() << "no python3 with test." << GetParam() << " (package libpython3-testsuite)";
  const std::string everywhere =
      policy(R"({"supervise": {"default": {"action": "deny", "errno": "EXFULL"}, "rules": [
    {"id": "all", "syscalls": ["@mkdir", "@chmod"], "path": "/**", "action": "allow"}]}})");
  const Words words = {interpreter, "-m", "unittest", "test." + std::string(GetParam())};
  // no_new_privs, which scsup needs without CAP_SYS_ADMIN, is set in both runs: some tests start setuid programs.
  Start native = plain(words);
  if (!is_root()) native.argv.insert(native.argv.begin(), {"setpriv", "--no-new-privs"});
  const std::string expected = verdict(run(native));
  EXPECT_NE(expected.find("Ran "), std::string::npos) << expected;
  EXPECT_EQ(verdict(supervised(everywhere, words)), expected);
  const Json end = records("end").at(0);
  EXPECT_EQ(end["received"], end["answered"]);
  EXPECT_EQ(end["received"], end["recorded"]);
  EXPECT_GT(end["allowed"], 0);
}

INSTANTIATE_TEST_SUITE_P(Of, PythonSuite, testing::Values("test_os", "test_pathlib", "test_shutil"),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace scsup::e2e
