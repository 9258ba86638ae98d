// What scsup prints at its end.
#include "tests/e2e/scsup_test.h"
#include "tests/e2e/terminal.h"

namespace scsup::e2e {
namespace {

class Summary : public ScsupTest {
 protected:
  const std::string policy_ = shipped_policy("no-mkdir.json");
  const std::string rule_ = ": EPERM, rule no-mkdir at " + policy_ + ":6:7";
  // scsup's own lines on standard error.
  static Words said(const Finished& done) {
    Words lines;
    for (const std::string& line : lines_of(done.err))
      if (line.starts_with("scsup: ")) lines.push_back(line);
    return lines;
  }
};

TEST_F(Summary, NamesCallObjectErrnoRuleAndPlace) {
  EXPECT_EQ(said(supervised(policy_, {"mkdir", at("d")}, {"--summary"})),
            (Words{"scsup: denied mkdir " + at("d") + rule_}));
}

TEST_F(Summary, SaysTheFileAsTheUserNamedIt) {
  policy(read_file(policy_), "mine.json");
  EXPECT_EQ(said(supervised("mine.json", {"mkdir", "d"}, {"--summary"})),
            (Words{"scsup: denied mkdir d: EPERM, rule no-mkdir at mine.json:6:7"}));
}

TEST_F(Summary, CountsWhatIsTheSame) {
  const Finished done =
      supervised(policy_, {"sh", "-c", "mkdir a; mkdir b; mkdir a; mkdir a"}, {"--summary"});
  EXPECT_EQ(said(done),
            (Words{"scsup: denied mkdir a" + rule_ + " (3 times)", "scsup: denied mkdir b" + rule_}));
}

TEST_F(Summary, IsTenLinesAtMost) {
  const Finished done =
      supervised(policy_, {"sh", "-c", "mkdir 1 2 3 4 5 6 7 8 9 10 11 12 13"}, {"--summary"});
  const Words lines = said(done);
  ASSERT_EQ(lines.size(), 10u);
  EXPECT_EQ(lines[8], "scsup: denied mkdir 9" + rule_);
  EXPECT_NE(lines[9].find("3 more"), std::string::npos) << lines[9];
}

TEST_F(Summary, IsNotForProgramsThatReadStandardError) {
  EXPECT_EQ(said(supervised(policy_, {"mkdir", "d"})), Words{});
  EXPECT_EQ(said(supervised(policy_, {"mkdir", "d"}, {"--summary", "--quiet"})), Words{});
  EXPECT_EQ(said(supervised(policy_, {"true"}, {"--summary"})), Words{});
}

TEST_F(Summary, ComesUnaskedOnATerminal) {
  Terminal terminal(under(policy_, {"mkdir", "d"}));
  EXPECT_TRUE(terminal.says("mkdir: cannot create directory 'd': Operation not permitted"));
  EXPECT_TRUE(terminal.says("scsup: denied mkdir d" + rule_));
  EXPECT_EQ(terminal.end(), 1);
  Terminal quiet(under(policy_, {"mkdir", "d"}, {"--quiet"}));
  EXPECT_EQ(quiet.end(), 1);
  EXPECT_EQ(quiet.before().find("scsup:"), std::string::npos) << quiet.before();
}

TEST_F(Summary, EscapesWhatWouldDriveATerminal) {
  EXPECT_EQ(said(supervised(policy_, {"mkdir", "a\x1b[2J\n\xff"}, {"--summary"})),
            (Words{"scsup: denied mkdir a\\033[2J\\012\\377" + rule_}));
}

TEST_F(Summary, DoesNotCountWhatFailsWithoutScsupToo) {
  const Finished done = supervised(policy_, {"mkdir", "/"}, {"--summary"});
  EXPECT_EQ(done.code(), 1);
  // On the way to an allowed place, an existing directory is reported as existing.
  const std::string deep =
      policy(R"({"supervise": {"default": {"action": "deny", "errno": "EACCES"}, "rules": [
    {"syscalls": ["@mkdir"], "path": ")" +
             at("in/deep/**") + R"(", "action": "allow"}]}})");
  const Finished there = supervised(deep, {"mkdir", work()}, {"--summary"});
  EXPECT_EQ(there.err, "mkdir: cannot create directory '" + work() + "': File exists\n");
}

}  // namespace
}  // namespace scsup::e2e
