// Real programs doing real work, with @mkdir and @chmod supervised, leave the same files as natively.
#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

class RealWork : public ScsupTest {
 protected:
  // Allowed everywhere, but by a rule on paths, so that scsup performs each call itself.
  const std::string policy_ =
      policy(R"({"supervise": {"default": {"action": "deny", "errno": "EXFULL"}, "rules": [
    {"id": "all", "syscalls": ["@mkdir", "@chmod"], "path": "/**", "action": "allow"}]}})");

  // Runs the script in two directories and compares the results.
  void expect_the_same(const std::string& script) {
    Start native = plain({"sh", "-c", script});
    Start supervised = under(policy_, native.argv);
    for (auto [start, folder] : {std::pair{&native, "native"}, {&supervised, "supervised"}}) {
      fs::create_directory(at(folder));
      start->directory = at(folder);
      start->env["GIT_CONFIG_GLOBAL"] = "/dev/null";
      start->env["GIT_CONFIG_NOSYSTEM"] = "1";
    }
    const Finished expected = run(native), done = run(supervised);
    EXPECT_EQ(expected.code(), 0) << expected.err;
    EXPECT_EQ(done.code(), expected.code()) << done.err;
    EXPECT_EQ(done.out, expected.out);
    EXPECT_EQ(done.err, expected.err);
    EXPECT_EQ(tree(at("supervised")), tree(at("native")));
    EXPECT_EQ(run(plain({"diff", "-r", "-x", ".git", at("native"), at("supervised")})).out, "");
    const Json end = records("end").at(0);
    EXPECT_EQ(end["received"], end["answered"]);
    EXPECT_EQ(end["received"], end["recorded"]);
    EXPECT_GT(end["allowed"], 0);
    for (const Json& call : calls("allow")) EXPECT_EQ(call["how"], "performed");
  }
};

TEST_F(RealWork, GitClone) {
  if (!is_installed("git")) GTEST_SKIP() << "git is missing";
  const std::string make = R"(
    git init -q -b main origin && cd origin && mkdir -p a/b c && echo 1 >a/b/f && echo 2 >c/g && ln -s a/b/f l && echo x >run && chmod 755 run
    git -c user.name=n -c user.email=e@x add . && git -c user.name=n -c user.email=e@x commit -q -m first)";
  const Finished made = run(plain({"sh", "-c", make}));
  ASSERT_EQ(made.code(), 0) << made.err;
  expect_the_same(
      "git clone -q --no-local ../origin copy && cd copy && git status --porcelain && git fsck --strict && "
      "git log --format=%s"
      " && rm .git/index && git reset -q --hard && git ls-files -s");
}

TEST_F(RealWork, TarOfASourceTree) {
  const Finished packed = run(plain({"tar", "-C", SCSUP_SOURCE, "-cf", at("source.tar"), "base", "agent",
                                     "supervisor", "policies", "dev"}));
  ASSERT_EQ(packed.code(), 0) << packed.err;
  expect_the_same(
      "tar xf ../source.tar && mkdir again && tar -xpf ../source.tar -C again --no-same-owner && chmod -R "
      "go-w .");
}

TEST_F(RealWork, MakeOfACProject) {
  if (!is_installed("make") || !is_installed("cc")) GTEST_SKIP() << "make or cc is missing";
  fs::create_directory(at("project"));
  write_file(at("project/Makefile"),
             "all: build/bin/hello\n"
             "build/%.o: %.c\n\t@mkdir -p $(dir $@)\n\t@cc -c -o $@ $<\n"
             "build/bin/hello: build/src/main.o build/src/lib/one.o build/src/lib/two.o\n"
             "\t@install -d -m 0751 $(dir $@)\n\t@cc -o $@ $^\n\t@chmod 0711 $@\n");
  fs::create_directories(at("project/src/lib"));
  write_file(at("project/src/main.c"),
             "#include <stdio.h>\nint one(void), two(void);\nint main(void) { return printf(\"%d\\n\", one() "
             "+ two()) < 0; }\n");
  write_file(at("project/src/lib/one.c"), "int one(void) { return 1; }\n");
  write_file(at("project/src/lib/two.c"), "int two(void) { return 2; }\n");
  expect_the_same("cp -r ../project . && cd project && make -s -j2 && build/bin/hello");
}

TEST_F(RealWork, ShellToolsThatMakeAndChange) {
  expect_the_same(
      "umask 002; install -d -m 2750 i/j; cp -a i k; mkdir -p m/n; chmod -R u=rwX,g=rX,o= m; mktemp -d -p . "
      "XXXX >/dev/null;"
      " rmdir ????; printf 'a b c' | xargs -n1 -P3 mkdir; find . -type d -exec chmod g+s {} +");
}

}  // namespace
}  // namespace scsup::e2e
