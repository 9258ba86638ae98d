// Profiles that are used for containers work as they do there, and each denial is recorded.
#include <signal.h>
#include <sys/syscall.h>

#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class Profiles : public ScsupTest {
 protected:
  // The errno of a system call under that profile.
  int call(const std::string& file, Words words) const {
    words.insert(words.begin(), own_program("try_call"));
    return supervised(file, words).code();
  }
};

TEST_F(Profiles, NoMkdirSaysWhatItSaysInAContainerAndIsRecorded) {
  const Finished done = supervised(profile("no-mkdir.json"), {"mkdir", at("q")});
  EXPECT_EQ(done.code(), 1);
  EXPECT_EQ(done.err, "mkdir: cannot create directory '" + at("q") + "': Operation not permitted\n");
  EXPECT_FALSE(std::filesystem::exists(at("q")));
  ASSERT_EQ(records("call").size(), 1u);
  const Json record = records("call")[0];
  EXPECT_EQ(record["act"], "deny");
  EXPECT_EQ(record["errno"], "EPERM");
  EXPECT_EQ(record["obj"]["path"], at("q"));
  EXPECT_EQ(record["rule"]["at"], profile("no-mkdir.json") + ":1:50");
}

TEST_F(Profiles, NoMkdirLeavesTheOtherWayOpenAsInAContainer) {
  EXPECT_EQ(call(profile("no-mkdir.json"), {std::to_string(SYS_mkdirat), "-100", "@" + at("q"), "0700"}), 0);
  EXPECT_TRUE(std::filesystem::exists(at("q")));
}

TEST_F(Profiles, NoChmod) {
  write_file(at("hosts"), "x\n", 0640);
  const Finished done = supervised(profile("no-chmod.json"), {"chmod", "400", "hosts"});
  EXPECT_EQ(done.code(), 1);
  EXPECT_EQ(done.err, "chmod: changing permissions of 'hosts': Operation not permitted\n");
  EXPECT_EQ(tree(work()).find("100640") != std::string::npos, true);
}

TEST_F(Profiles, DenyAllSaysWhichCallWasDeniedByWhat) {
  const Finished done = supervised(profile("deny-all.json"), {"true"});
  EXPECT_EQ(done.code(), 126);
  EXPECT_EQ(done.err, "scsup: cannot run 'true': execve is denied (EPERM) by defaultAction at " +
                          profile("deny-all.json") + ":1:92\n");
  ASSERT_EQ(records("call").size(), 1u);
  EXPECT_EQ(records("call")[0]["rule"]["default"], true);
}

TEST_F(Profiles, NamesFormWithAnErrnoOfItsOwn) {
  const Finished done = supervised(profile("names-form.json"), {"mkdir", "q"});
  EXPECT_EQ(done.err, "mkdir: cannot create directory 'q': No space left on device\n");
  EXPECT_EQ(call(profile("names-form.json"), {std::to_string(SYS_mkdirat), "-100", "@q", "0700"}), ENOSPC);
}

TEST_F(Profiles, CapabilitiesOfTheCommandDecideWhichEntriesCount) {
  const std::string p = profile("caps-conditional.json");
  EXPECT_EQ(call(p, {std::to_string(SYS_getpriority)}), is_root() ? 50 : 51);
  EXPECT_EQ(call(p, {std::to_string(SYS_getsid)}), 52);
  EXPECT_EQ(call(p, {std::to_string(SYS_getpgid)}), 0);
  EXPECT_EQ(call(p, {std::to_string(SYS_getuid)}), 0);
}

TEST_F(Profiles, CapabilitiesThatWereDroppedDontCount) {
  if (!is_root()) GTEST_SKIP() << "needs root: drops a capability";
  Words argv =
      under(profile("caps-conditional.json"), {own_program("try_call"), std::to_string(SYS_getpriority)})
          .argv;
  argv.insert(argv.begin(), {"setpriv", "--bounding-set=-chown", "--inh-caps=-chown"});
  EXPECT_EQ(run(plain(argv)).code(), 51);
}

TEST_F(Profiles, AListThatIsTooShortSaysWhatItLacks) {
  const Finished done = supervised(profile("too-short.json"), {"true"});
  EXPECT_EQ(done.code(), 126);
  EXPECT_EQ(done.err, "scsup: cannot run 'true': execve is denied (EPERM) by defaultAction at " +
                          profile("too-short.json") + ":3:20\n");
  // With the call that the message names, the command runs.
  std::string text = read_file(profile("too-short.json"));
  text.replace(text.find("\"exit_group\""), 0, "\"execve\", ");
  EXPECT_EQ(supervised(policy(text), {"true"}).code(), 0);
}

TEST_F(Profiles, StrictModeKillsARealProgram) {
  EXPECT_EQ(supervised(profile("strict-mode.json"), {"true"}).code(), 1000 + SIGSYS);
}

TEST_F(Profiles, DebiansContainerProfileRunsOrdinaryPrograms) {
  const std::string file = "/usr/share/containers/seccomp.json";
  if (!std::filesystem::exists(file))
    GTEST_SKIP() << file << " is missing (package golang-github-containers-common)";
  EXPECT_EQ(scsup({"policy", "check", file}).code(), 0);
  const Finished done = supervised(file, {"sh", "-c", "mkdir d && ls -d d && (echo child) | cat"});
  EXPECT_EQ(done.code(), 0) << done.err;
  EXPECT_EQ(done.out, "d\nchild\n");
  // Always refused there, for every user.
  EXPECT_EQ(call(file, {std::to_string(SYS_kexec_load)}), EPERM);
  EXPECT_EQ(call(file, {std::to_string(SYS_add_key)}), ENOSYS);
}

}  // namespace
}  // namespace scsup::e2e
