// scsup top on a terminal: keys, sizes, and that the terminal is restored on each way out.
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "tests/e2e/scsup_test.h"
#include "tests/e2e/terminal.h"

namespace scsup::e2e {
namespace {

constexpr const char* page_begins = "\x1b[?1049h\x1b[?25l";
constexpr const char* page_ends = "\x1b[?25h\x1b[?1049l";

class TopOnATerminal : public ScsupTest {
 protected:
  TopOnATerminal() {
    server_ = std::make_unique<Running>(plain({own_program("control_server"), at("c"), "40"}));
    EXPECT_TRUE(server_->says("ready\n"));
  }
  Start top() const { return plain({scsup_program(), "top", "--control", at("c")}); }
  // A shell that prints the terminal's settings after top has ended.
  Start shell() const {
    return plain({"sh", "-c", "a=$(stty -g); \"$@\"; s=$?; [ \"$(stty -g)\" = \"$a\" ] && echo restored $s",
                  "sh", scsup_program(), "top", "--control", at("c")});
  }
  std::unique_ptr<Running> server_;
};

TEST_F(TopOnATerminal, ShowsRatesAndQuits) {
  Terminal terminal(shell());
  ASSERT_TRUE(terminal.says(page_begins));
  ASSERT_TRUE(terminal.says(", 40 sessions, averages"));
  ASSERT_TRUE(terminal.says("every 1s, by calls/s"));
  ASSERT_TRUE(terminal.says("LAST CALL RULE"));
  ASSERT_TRUE(terminal.says("no-mkdir at p.json:6:7"));
  terminal.type("q");
  ASSERT_TRUE(terminal.says(page_ends));
  ASSERT_TRUE(terminal.says("restored 0"));
}

TEST_F(TopOnATerminal, KeysSortScrollAndHelp) {
  Terminal terminal(top());
  ASSERT_TRUE(terminal.says("every 1s, by calls/s"));
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"N", "by session"},       {"D", "by denials/s"},  {"L", "by slowest"},        {"T", "by total"},
      {"R", "total (reversed)"}, {"R", "by total"},      {">", "by session"},        {"<", "by total"},
      {"\x1b[D", "by slowest"},  {"\x1b[C", "by total"}, {"h", "Any key goes back."}};
  for (const auto& [key, text] : keys) {
    terminal.type(key);
    ASSERT_TRUE(terminal.says(text)) << key;
  }
  terminal.type("x");
  ASSERT_TRUE(terminal.says("SESSION NAME"));
  terminal.type("N\x1b[6~");
  ASSERT_TRUE(terminal.says("job-11"));
  ASSERT_TRUE(terminal.says("\r\n     12 job-12"));
  terminal.type("\x1b[F");
  ASSERT_TRUE(terminal.says("     40 job-40"));
  terminal.type("z");
  ASSERT_TRUE(terminal.says("'z' does nothing; h for help"));
  terminal.type("q");
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TopOnATerminal, TheDelayIsAskedFor) {
  Terminal terminal(top());
  ASSERT_TRUE(terminal.says("every 1s"));
  terminal.type("s");
  ASSERT_TRUE(terminal.says("Seconds between two looks (now 1): "));
  terminal.type(
      "9x\x7f\x7f"
      "0.2\r");
  ASSERT_TRUE(terminal.says("every 0.2s"));
  terminal.type("d0\r");
  ASSERT_TRUE(terminal.says("'0' is no number from 0.1 to 3600"));
  terminal.type("s3600\r");
  ASSERT_TRUE(terminal.says("every 3600s"));
  // Each request adds to the counts; session 40 comes first.
  const auto row = [&] {
    return terminal.says("\r\n     40 job-40 ") && terminal.says("\r\n") ? terminal.before() : "gone";
  };
  std::string before = row();
  terminal.type("R");  // a page without a request
  ASSERT_TRUE(terminal.says("(reversed)"));
  terminal.type("R ");  // now, and not in an hour
  ASSERT_TRUE(terminal.says("by calls/s\x1b"));
  std::string now = row();
  while (now == before) now = row();
  EXPECT_NE(now, "gone");
  terminal.type("q");
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TopOnATerminal, FollowsItsSize) {
  Terminal terminal(top());
  ASSERT_TRUE(terminal.says("every 1s"));
  ASSERT_TRUE(terminal.says("\x1b[J"));
  terminal.resize(10, 40);
  ASSERT_TRUE(terminal.says("scsup top - "));
  ASSERT_TRUE(terminal.says("\x1b[J"));
  while (terminal.before().find("every") != std::string::npos) ASSERT_TRUE(terminal.says("\x1b[J"));
  int lines = 1;
  for (const char c : terminal.before()) lines += c == '\n';
  EXPECT_LE(lines, 10);
  terminal.type("q");
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TopOnATerminal, GivesTheTerminalBackWhateverEndsIt) {
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT}) {
    Terminal terminal(top());
    ASSERT_TRUE(terminal.says("every 1s"));
    terminal.send(signal);
    ASSERT_TRUE(terminal.says(page_ends)) << signal;
    EXPECT_EQ(terminal.end(), 1000 + signal);
  }
  Terminal interrupted(shell());
  ASSERT_TRUE(interrupted.says("every 1s"));
  interrupted.type("\x03");
  ASSERT_TRUE(interrupted.says(page_ends));
  interrupted.end();
}

TEST_F(TopOnATerminal, GivesTheTerminalBackWhenTheSupervisorEnds) {
  Terminal terminal(shell());
  ASSERT_TRUE(terminal.says("every 1s"));
  server_.reset();
  ASSERT_TRUE(terminal.says(page_ends));
  ASSERT_TRUE(terminal.says(" hung up without a reply; its log may say why"));
  ASSERT_TRUE(terminal.says("restored 125"));
}

TEST_F(TopOnATerminal, StopsAndGoesOn) {
  Start start = plain({"sh", "-i"});
  start.env["PS1"] = "$ ";
  start.env["ENV"] = std::nullopt;
  Terminal terminal(start);
  ASSERT_TRUE(terminal.says("$ "));
  terminal.type(scsup_program() + " top --control " + at("c") + "\n");
  ASSERT_TRUE(terminal.says("every 1s"));
  terminal.type("\x1a");
  ASSERT_TRUE(terminal.says(page_ends));
  ASSERT_TRUE(terminal.says("Stopped"));
  terminal.type("fg\n");
  ASSERT_TRUE(terminal.says(page_begins));
  ASSERT_TRUE(terminal.says("every 1s"));
  terminal.type("q");
  ASSERT_TRUE(terminal.says(page_ends));
  terminal.type("exit 3\n");
  EXPECT_EQ(terminal.end(), 3);
}

TEST_F(TopOnATerminal, KeysWorkWhileTheSupervisorIsStopped) {
  Terminal terminal(top());
  ASSERT_TRUE(terminal.says("every 1s"));
  server_->send(SIGSTOP);
  terminal.type("N ");
  ASSERT_TRUE(terminal.says("by session"));
  terminal.type("q");
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TopOnATerminal, IsWithoutColorsWhereTheyAreNotWanted) {
  for (const bool wanted : {true, false}) {
    Start start = top();
    if (!wanted) start.env["NO_COLOR"] = "1";
    Terminal terminal(start);
    ASSERT_TRUE(terminal.says("every 1s"));
    terminal.type("D");  // the session with denials comes first
    ASSERT_TRUE(terminal.says("by denials/s"));
    ASSERT_TRUE(terminal.says("\x1b[J"));
    EXPECT_EQ(terminal.before().find("\x1b[31m") != std::string::npos, wanted);
    terminal.type("q");
    EXPECT_EQ(terminal.end(), 0);
  }
}

}  // namespace
}  // namespace scsup::e2e
