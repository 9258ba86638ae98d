// How scsup ends: as the command ended, or 125, 126, 127 with one sentence that says why.
#include <signal.h>

#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class ExitStatus : public ScsupTest {
 protected:
  const std::string free_ = policy(R"({"defaultAction": "SCMP_ACT_ALLOW"})", "free.json");
};

TEST_F(ExitStatus, IsTheCommandsOwn) {
  for (const int code : {0, 1, 2, 124, 125, 126, 127, 255})
    EXPECT_EQ(supervised(free_, {"sh", "-c", "exit " + std::to_string(code)}).code(), code);
}

TEST_F(ExitStatus, ACommandKilledByASignalEndsScsupByTheSame) {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGUSR1, SIGPIPE, SIGTERM, SIGSYS, SIGRTMIN + 3})
    EXPECT_EQ(supervised(free_, {"sh", "-c", "kill -" + std::to_string(signal) + " $$"}).code(),
              1000 + signal);
}

TEST_F(ExitStatus, OptionsAfterTheCommandBelongToIt) {
  const Words bare = {"--policy", free_, "--audit", "none", "echo", "--policy",
                      "x",        "-n",  "--help",  "--",   "end"};
  EXPECT_EQ(scsup(bare).out, "--policy x -n --help -- end\n");
  Words named = bare;
  named.insert(named.begin(), "run");
  EXPECT_EQ(scsup(named).out, "--policy x -n --help -- end\n");
  EXPECT_EQ(scsup({"--policy=" + free_, "--audit=none", "--", "echo", "--", "-a"}).out, "-- -a\n");
}

TEST_F(ExitStatus, ACommandThatStartsWithADashComesAfterTwo) {
  std::filesystem::create_symlink("/bin/echo", at("-echo"));
  Start start = plain({scsup_program(), "--policy", free_, "--audit", "none", "--", "-echo", "hi"});
  start.env["PATH"] = work();
  EXPECT_EQ(run(start).out, "hi\n");
  start.argv.erase(start.argv.begin() + 5);
  const Finished taken_for_an_option = run(start);
  EXPECT_EQ(taken_for_an_option.code(), 125);
  EXPECT_NE(taken_for_an_option.err.find("'-e"), std::string::npos) << taken_for_an_option.err;
}

TEST_F(ExitStatus, ACommandMayHaveTheNameOfOneOfScsups) {
  std::filesystem::create_symlink("/bin/echo", at("policy"));
  Start start = plain({scsup_program(), "run", "--policy", free_, "--audit", "none", "policy", "check"});
  start.env["PATH"] = work();
  EXPECT_EQ(run(start).out, "check\n");
}

TEST_F(ExitStatus, Is127WhenNothingHasThatName) {
  const Finished unknown = supervised(free_, {"no-such-command"});
  EXPECT_EQ(unknown.code(), 127);
  EXPECT_EQ(unknown.err, "scsup: cannot run 'no-such-command': not found in $PATH\n");
  const Finished path = supervised(free_, {"/no/such/command"});
  EXPECT_EQ(path.code(), 127);
  EXPECT_EQ(path.err, "scsup: cannot run '/no/such/command': No such file or directory\n");
  EXPECT_EQ(supervised(free_, {""}).code(), 127);
}

TEST_F(ExitStatus, Is127WhenTheInterpreterIsMissing) {
  write_file(at("script"), "#!/no/such/interpreter\n", 0755);
  const Finished done = supervised(free_, {"./script"});
  EXPECT_EQ(done.code(), 127);
  EXPECT_NE(done.err.find("interpreter"), std::string::npos) << done.err;
}

TEST_F(ExitStatus, Is126WhenItCannotBeExecuted) {
  write_file(at("text"), "hello\n", 0644);
  write_file(at("garbage"), "hello\n", 0755);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {work(), "scsup: cannot run '" + work() + "': Is a directory\n"},
      {"./text", "scsup: cannot run './text': Permission denied\n"},
      {"./garbage", "scsup: cannot run './garbage': Exec format error (does a script lack its #! line?)\n"}};
  for (const auto& [command, message] : cases) {
    const Finished done = supervised(free_, {command});
    EXPECT_EQ(done.code(), 126);
    EXPECT_EQ(done.err, message);
  }
}

TEST_F(ExitStatus, Is126WhenRunningItIsDeniedAndNamesTheRule) {
  const std::string file = policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"rules": [
  {"id": "no-programs", "syscalls": ["execve"], "action": "deny", "errno": "ENOTNAM"}]}})");
  const Finished done = supervised(file, {"true"});
  EXPECT_EQ(done.code(), 126);
  EXPECT_EQ(done.err,
            "scsup: cannot run 'true': execve is denied (ENOTNAM) by rule no-programs at " + file + ":2:3\n");
}

TEST_F(ExitStatus, NothingRunsWhenSomethingIsWrong) {
  const std::string bad = policy("{\"defaultAction\": \"SCMP_ACT_ALOW\"}", "bad.json");
  const std::string made = at("made");
  const Words touch = {"--", "touch", made};
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"--policy", bad},
       bad + ":1:19: error: unknown action 'SCMP_ACT_ALOW'; did you mean 'SCMP_ACT_ALLOW'?\n"
             "scsup: the policy has mistakes; nothing was run\n"},
      {{"--policy", at("none.json")},
       "scsup: cannot read the policy '" + at("none.json") + "': No such file or directory\n"},
      {{"--policy", work()}, "scsup: cannot read the policy '" + work() + "': Is a directory\n"},
      {{"--policy", "/dev/null"}, "scsup: cannot read the policy '/dev/null': it is no regular file\n"},
      {{"--policy", free_, "--audit", "/proc/none"},
       "scsup: cannot open the audit log '/proc/none': No such file or directory (see --audit)\n"}};
  for (auto [arguments, message] : cases) {
    arguments.insert(arguments.end(), touch.begin(), touch.end());
    const Finished done = scsup(arguments);
    EXPECT_EQ(done.code(), 125);
    EXPECT_EQ(done.err, message);
    EXPECT_FALSE(std::filesystem::exists(made));
  }
}

TEST_F(ExitStatus, AnAuditFileThatIsASymlinkIsRefused) {
  std::filesystem::create_symlink(at("elsewhere"), at("link"));
  const Finished done = supervised(free_, {"true"}, {"--audit", at("link")});
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.err,
            "scsup: cannot open the audit log '" + at("link") + "': it is a symbolic link (see --audit)\n");
  EXPECT_FALSE(std::filesystem::exists(at("elsewhere")));
}

TEST_F(ExitStatus, ASupervisorInsideOfASupervisorIsRefusedInWords) {
  const Words inner = {scsup_program(), "--policy", free_, "--audit", "none", "--", "echo", "ran"};
  const Finished done = supervised(free_, inner);
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.out, "");
  EXPECT_EQ(
      done.err,
      "scsup: this process has a supervisor already and the kernel allows one; start scsup outside of it; "
      "'echo' was not run\n");
}

TEST_F(ExitStatus, NeitherDoesOneUnderRulesOnPaths) {
  // In addition io_uring is refused to these.
  const Words inner = {scsup_program(), "--policy", free_, "--audit", "none", "--", "echo", "ran"};
  const Finished done = supervised(shipped_policy("workspace.json"), inner);
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.out, "");
  EXPECT_NE(done.err.find("scsup: this process has a supervisor already"), std::string::npos) << done.err;
}

}  // namespace
}  // namespace scsup::e2e
