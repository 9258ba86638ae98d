// Rules on paths: inside as natively, outside as the rule says.
#include <unistd.h>

#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

class Paths : public ScsupTest {
 protected:
  Paths() {
    for (const char* name : {"in", "out", "native"}) fs::create_directory(at(name));
  }
  // @mkdir below work/in only; or the list given as the rule's path.
  std::string below_in(const std::string& globs = "") const {
    return policy(R"({"supervise": {"default": {"action": "deny", "errno": "EACCES"}, "rules": [
      {"id": "in", "syscalls": ["@mkdir"], "path": [)" +
                  (globs.empty() ? "\"" + at("in") + "/**\"" : globs) + R"(], "action": "allow"}]}})");
  }
  bool allowed(const std::string& file, const std::string& path) const {
    const Finished done = supervised(file, {"mkdir", path});
    const bool made = fs::is_directory(path[0] == '/' ? path : at(path));
    EXPECT_EQ(made, done.code() == 0) << done.err;
    if (!made) {
      EXPECT_EQ(done.err, "mkdir: cannot create directory '" + path + "': Permission denied\n");
    }
    if (made) fs::remove(path[0] == '/' ? path : at(path));
    return made;
  }
};

// The same work in two directories, natively and supervised.
const std::string work_with_directories = R"(
umask 027; mkdir -p a/b/c && mkdir -m 1777 s && mkdir -m u=rwx,g=,o=x a/m; umask 0; mkdir -pv x/y z; mkdir -m 2775 g; mkdir g/h
umask 077; mkdir p; mkdir a; mkdir -p a/b; mkdir a/b/c/; mkdir no/such; mkdir a/../q; mkdir ./r/; mkdir ''; touch f; mkdir f/g; mkdir -p f/g
)";

TEST_F(Paths, InsideModesOwnersAndMessagesAreAsNatively) {
  Start native = plain({"sh", "-c", work_with_directories});
  native.directory = at("native");
  const Finished expected = run(native);
  Start start = under(below_in(), native.argv);
  start.directory = at("in");
  const Finished done = run(start);
  EXPECT_EQ(tree(at("in")), tree(at("native")));
  EXPECT_EQ(done.err, expected.err);
  EXPECT_EQ(done.out, expected.out);
  EXPECT_EQ(done.code(), expected.code());
}

// rm(1) removes both by unlinkat(2).
TEST_F(Paths, DirectoriesAndFilesAreRemovedByTheirOwnRules) {
  const std::string file =
      policy(R"({"supervise": {"default": {"action": "deny", "errno": "EMLINK"}, "rules": [
    {"id": "files", "syscalls": ["@unlink"], "path": ")" +
             at("in") + R"(/**", "action": "allow"},
    {"id": "directories", "syscalls": ["@rmdir"], "action": "deny", "errno": "EXDEV"}]}})");
  const Finished done = supervised(
      file, {"sh", "-c", "cd in && mkdir d && touch f d/f ../out/f && rm f; rm -r d; rm ../out/f"});
  EXPECT_EQ(done.err,
            "rm: cannot remove 'd': Invalid cross-device link\n"
            "rm: cannot remove '../out/f': Too many links\n");
  EXPECT_EQ(tree(at("in")).find("f"), std::string::npos);
  const auto denied = calls("deny");
  ASSERT_EQ(denied.size(), 2u);
  EXPECT_EQ(denied[0]["rule"]["id"], "directories");
  EXPECT_EQ(denied[1]["obj"]["resolved"], at("out/f"));
}

TEST_F(Paths, BusyboxToo) {
  if (!is_installed("busybox")) GTEST_SKIP() << "busybox is missing";
  const std::string file = below_in();
  EXPECT_EQ(supervised(file, {"busybox", "mkdir", "-p", at("in/a/b")}).code(), 0);
  const Finished outside = supervised(file, {"busybox", "mkdir", at("out/d")});
  EXPECT_EQ(outside.code(), 1);
  EXPECT_EQ(outside.err, "mkdir: can't create directory '" + at("out/d") + "': Permission denied\n");
}

TEST_F(Paths, OutsideIsDeniedWithTheRulesErrno) {
  const std::string file = below_in();
  EXPECT_TRUE(allowed(file, at("in/d")));
  EXPECT_TRUE(allowed(file, "in/d"));
  EXPECT_FALSE(allowed(file, at("out/d")));
  EXPECT_FALSE(allowed(file, "out/d"));
  EXPECT_FALSE(allowed(file, "in/../out/d"));
  EXPECT_FALSE(allowed(file, at("in2")));
  ASSERT_GE(calls("deny").size(), 1u);
  EXPECT_EQ(calls("deny")[0]["rule"]["default"], true);
}

TEST_F(Paths, AreJudgedOnWhatTheyResolveTo) {
  fs::create_directory_symlink(at("out"), at("in/leads-out"));
  fs::create_directory_symlink(at("in"), at("out/leads-in"));
  const std::string file = below_in();
  EXPECT_FALSE(allowed(file, "in/leads-out/d"));
  EXPECT_TRUE(allowed(file, "out/leads-in/d"));
}

TEST_F(Paths, TheFirstRuleThatMatchesDecides) {
  const auto ordered = [&](const std::string& first, const std::string& second) {
    return policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [)" + first + "," + second +
                  "]}}");
  };
  const std::string narrow = R"({"id": "narrow", "syscalls": ["@mkdir"], "path": ")" + at("in") +
                             R"(/x*", "action": "deny", "errno": "EACCES"})";
  const std::string wide =
      R"({"id": "wide", "syscalls": ["@mkdir"], "path": ")" + at("in") + R"(/**", "action": "allow"})";
  EXPECT_FALSE(allowed(ordered(narrow, wide), "in/x1"));
  EXPECT_TRUE(allowed(ordered(narrow, wide), "in/y1"));
  EXPECT_TRUE(allowed(ordered(wide, narrow), "in/x1"));
}

TEST_F(Paths, GlobsHomeAndWorkingDirectory) {
  EXPECT_TRUE(allowed(below_in("\"${PWD}/in/*\""), "in/d"));
  EXPECT_FALSE(allowed(below_in("\"${PWD}/in/*\""), "out/d"));
  EXPECT_TRUE(allowed(below_in("\"~/out/**\""), "out/d"));
  EXPECT_FALSE(allowed(below_in("\"~/out/**\""), "in/d"));
  EXPECT_TRUE(allowed(below_in("\"/**/{in,on}/[a-c]?-*\""), "in/bx-1"));
  EXPECT_FALSE(allowed(below_in("\"/**/{in,on}/[a-c]?-*\""), "in/dx-1"));
  EXPECT_TRUE(allowed(below_in("\"/nowhere/*\", \"/**/out/d\""), "out/d"));
}

TEST_F(Paths, EmulateMasksTheMode) {
  const std::string file = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"id": "private", "syscalls": ["@mkdir", "@chmod"], "path": "/**/in/**", "action": "emulate", "emulate": {"mode_mask": "0750"}}]}})");
  const Finished done = supervised(file, {"sh", "-c", "umask 0; mkdir in/d out/d; chmod 7777 in/d"});
  EXPECT_EQ(done.code(), 0) << done.err;
  EXPECT_EQ(tree(at("in")).substr(0, 6), "040750");
  EXPECT_EQ(tree(at("out")).substr(0, 6), "040777");
  ASSERT_EQ(calls("emulate").size(), 2u);
  EXPECT_EQ(calls("emulate")[0]["rule"]["id"], "private");
}

}  // namespace
}  // namespace scsup::e2e
