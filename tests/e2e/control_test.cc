// The commands that ask a supervisor, and the example client, against the real control socket.
#include <gtest/gtest.h>

#include <memory>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class Control : public ScsupTest {
 protected:
  Control() {
    server_ = std::make_unique<Running>(plain({own_program("control_server"), at("c")}));
    EXPECT_TRUE(server_->says("ready\n"));
  }
  Finished ask(Words words) const {
    words.push_back("--control");
    words.push_back(at("c"));
    return scsup(words);
  }
  std::string shown(const Words& words, int code = 0) const {
    const Finished done = ask(words);
    EXPECT_EQ(done.code(), code) << done.out;
    EXPECT_EQ(done.err, "");
    return done.out;
  }
  std::string complaint(const Words& words) const {
    const Finished done = ask(words);
    EXPECT_EQ(done.code(), 125);
    EXPECT_EQ(done.out, "");
    return done.err;
  }
  std::unique_ptr<Running> server_;
};

TEST_F(Control, PsIsATableWithEachGeneration) {
  EXPECT_EQ(shown({"ps"}),
            "SESSION  PID NAME         POLICY    GEN ALLOWED DENIED EMULATED PENDING  P50   P99\n"
            "      1 1001 m\\033[31make workspace   1   13.3k     17      204       0 14us 212us\n"
            "      2 1002 web          web         4    2981     12        1       2 14us 212us\n"
            "                          web         1    1204    300        0\n"
            "session 2: listenerMetadata names no policy; the default was taken\n"
            "policies/bad.json:4:21: error: unknown errno\n");
}

TEST_F(Control, PsAndInspectAreJsonForPrograms) {
  const Json ps = Json::parse(shown({"ps", "--json"}));
  EXPECT_EQ(ps["sessions"][0]["command"], "m\x1b[31make");
  EXPECT_EQ(ps["sessions"][1]["container"]["image"], "nginx:1.25");
  EXPECT_EQ(ps["sessions"][1]["generations"].size(), 2u);
  const Json one = Json::parse(shown({"inspect", "2", "--json"}));
  EXPECT_EQ(one["trapped"], Json({"mkdir", "mkdirat"}));
}

TEST_F(Control, InspectTellsAllOfOneSession) {
  const std::string text = shown({"inspect", "2"});
  for (const char* part :
       {"session 2: web\n", "  remark     listenerMetadata names no policy",
        "  container  id 3f2c9a, image nginx:1.25", "  processes  1002 1003\n", "; 3 listeners\n",
        "  policy     web, generation 4, from policies/web.json\n",
        "981 allowed, 2 denied, 1 emulated, 0 watched by web 4\n", "1204 allowed, 300 denied",
        "2; to a decision: p50 14us", "      17     17    90us mkdirat   no-mkdir at p.json:6:7\n",
        "\ntrapped by its filter:\n  mkdir, mkdirat\n", "  everything else: filter: allow\n",
        "\n  \t\"defaultAction\": \"SCMP_ACT_ALLOW\"\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in:\n" << text;
  EXPECT_EQ(complaint({"inspect", "9"}), "scsup: there is no session 9; `scsup ps` lists those that live\n");
}

TEST_F(Control, ReloadSaysWhatTakesEffectAndWhatNeedsARestart) {
  EXPECT_EQ(shown({"reload"}),
            "web: generation 5, from policies/web.json\n"
            "  session 2: all of it takes effect now\n"
            "  session 7: takes effect now, except what needs a restart of its processes:\n"
            "    rename is not trapped in session 7; its filter still decides it: allow\n");
  EXPECT_EQ(shown({"reload", "same", "bad"}, 1),
            "same: the same text as before, generation 5\n"
            "  session 7: takes effect now, except what needs a restart of its processes:\n"
            "    unlink needs a restart\n"
            "bad: not changed, generation 5 stays in force\n"
            "policies/bad.json:4:21: error: unknown errno 'EPREM'\n");
  EXPECT_EQ(complaint({"reload", "none"}), "scsup: there is no policy 'none' here\n");
  EXPECT_EQ(complaint({"reload", "disk"}), "scsup: cannot read 'disk.json': Input/output error\n");
}

TEST_F(Control, PolicySetGivesOneSessionAnotherPolicy) {
  const std::string good = policy("{}", "good.json"), bad = policy("{\"x\": \"EPREM\"}", "bad.json");
  EXPECT_EQ(shown({"policy", "set", "2", good}),
            "p: generation 6, from " + good + "\n  session 2: all of it takes effect now\n");
  EXPECT_EQ(shown({"policy", "set", "2", bad}, 1),
            "p: not changed, generation 6 stays in force\n" + bad +
                ":1:2: error: unknown errno 'EPREM'; did you mean 'EPERM'?\n");
  EXPECT_EQ(complaint({"policy", "set", "2", at("none.json")}),
            "scsup: cannot read the policy '" + at("none.json") + "': No such file or directory\n");
  const std::string bytes = policy("\"\xff\"", "bytes.json");
  EXPECT_EQ(complaint({"policy", "set", "2", bytes}),
            "scsup: " + bytes + " is no UTF-8; a policy is UTF-8 text\n");
}

TEST_F(Control, KillEndsASession) {
  EXPECT_EQ(shown({"kill", "2"}), "session 2: 2 processes killed\n");
  EXPECT_EQ(complaint({"kill", "2"}), "scsup: there is no session 2; `scsup ps` lists those that live\n");
}

TEST_F(Control, TopOncePrintsAPage) {
  const std::string page = shown({"top", "--once"});
  const auto lines = lines_of(page);
  ASSERT_EQ(lines.size(), 10u) << page;
  EXPECT_TRUE(lines[0].starts_with("scsup top - ") &&
              lines[0].ends_with(", 2 sessions, averages since they attached, by calls/s"))
      << lines[0];
  EXPECT_TRUE(lines[1].ends_with("; 2 pending; worst p99: 212us, session 1")) << lines[1];
  EXPECT_TRUE(lines[3].starts_with("SESSION NAME")) << lines[3];
  EXPECT_NE(page.find("m\\033[31make"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(complaint({"top"}),
            "scsup: standard input and output of top are a terminal; elsewhere use --once\n");
}

TEST_F(Control, TheExampleClientFindsDenials) {
  const Finished done =
      run(plain({"python3", std::string(SCSUP_SOURCE) + "/examples/control/denials.py", at("c")}));
  EXPECT_EQ(done.code(), 0) << done.err;
  EXPECT_EQ(done.out,
            "session 1: 'm\\x1b[31make' under workspace 1\n"
            "  17 times mkdirat: rule no-mkdir at p.json:6:7\n"
            "session 2: 'nginx' under web 4\n"
            "  17 times mkdirat: rule no-mkdir at p.json:6:7\n");
}

TEST_F(Control, WithoutASupervisorItSaysWhatToDo) {
  const std::string advice = "; is `scsup serve` running? (see --control)\n";
  EXPECT_EQ(scsup({"ps", "--control", at("none")}).err,
            "scsup: no supervisor answers at " + at("none") + advice);
  server_.reset();  // its socket stays, and accepts connections until the kernel has cleaned up its io_uring
  const std::string refused = "scsup: no supervisor answers at " + at("c") + advice;
  for (std::string said = complaint({"ps"}); said != refused; said = complaint({"ps"}))
    ASSERT_EQ(said,
              "scsup: the supervisor at " + at("c") + " hung up without a reply; its log may say why\n");
  EXPECT_EQ(complaint({"top", "--once"}), refused);
}

TEST_F(Control, TheSocketsPlaceIsTheUsersOwn) {
  Start start = plain({scsup_program(), "ps"});
  start.env["XDG_RUNTIME_DIR"] = work();
  const std::string place = is_root() ? "/run/scsup/control.sock" : work() + "/scsup/control.sock";
  EXPECT_NE(run(start).err.find(place), std::string::npos) << run(start).err;
  if (is_root()) GTEST_SKIP() << "missing: an ordinary user";
  start.env["XDG_RUNTIME_DIR"] = std::nullopt;
  EXPECT_EQ(
      run(start).err,
      "scsup: where is the supervisor's control socket? $XDG_RUNTIME_DIR is not set; use --control PATH\n");
}

TEST_F(Control, WhoMayNotAskIsToldWhy) {
  Start start = plain({own_program("control_server"), at("closed")});
  start.env["REFUSE"] = "1";
  Running server(start);
  ASSERT_TRUE(server.says("ready\n"));
  const Finished done = scsup({"ps", "--control", at("closed")});
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.err, "scsup: user " + std::to_string(geteuid()) +
                          " may not control this supervisor; see scsup-config(5)\n");
}

TEST_F(Control, EachMistakeIsNamedWithWhereToLook) {
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"ps", "x"}, "'x' is not expected here; try 'scsup ps --help'"},
      {{"ps", "--jsn"}, "unrecognised option '--jsn'; try 'scsup ps --help'"},
      {{"inspect"}, "the SESSION is missing; try 'scsup inspect --help'"},
      {{"inspect", "web"},
       "'web' is not the number of a session (`scsup ps` lists them); try 'scsup inspect --help'"},
      {{"inspect", "1", "2"}, "'2' is not expected here; try 'scsup inspect --help'"},
      {{"kill"}, "the SESSION is missing; try 'scsup kill --help'"},
      {{"kill", "4294967296"},
       "'4294967296' is not the number of a session (`scsup ps` lists them); try 'scsup kill --help'"},
      {{"top", "1"}, "'1' is not expected here; try 'scsup top --help'"},
      {{"policy", "set", "1"}, "a SESSION and a FILE are expected; try 'scsup policy set --help'"}};
  for (const auto& [words, message] : cases) EXPECT_EQ(complaint(words), "scsup: " + message + "\n");
}

}  // namespace
}  // namespace scsup::e2e
