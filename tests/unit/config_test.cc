#include "supervisor/config/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace scsup {
namespace {

const Accounts accounts = {[](const std::string& name) -> std::optional<uid_t> {
                             if (name == "root") return 0;
                             if (name == "alice") return 1000;
                             return std::nullopt;
                           },
                           [](const std::string& name) -> std::optional<gid_t> {
                             if (name == "docker") return 999;
                             return std::nullopt;
                           }};

Config defaults() {
  return default_config({"/run/scsup", "/etc/scsup/config.json", "/etc/scsup/policies"}, 500);
}

ParsedConfig parse(const std::string& text) {
  return parse_config(text, defaults(), "/etc/scsup/", accounts);
}

// The mistakes as they are reported, one line each.
std::string mistakes(const std::string& text) {
  std::string lines;
  for (const Diagnostic& diagnostic : parse(text).diagnostics) lines += render("c.json", diagnostic) + "\n";
  return lines;
}

Config good(const std::string& text) {
  ParsedConfig parsed = parse(text);
  EXPECT_EQ(mistakes(text), "");
  return parsed.config;
}

TEST(Config, NothingSaidMeansTheDefaults) {
  const Config config = good("{}");
  EXPECT_EQ(config.policies, "/etc/scsup/policies");
  EXPECT_EQ(config.sockets.agent.path, "/run/scsup/agent.sock");
  EXPECT_EQ(config.sockets.oci.path, "/run/scsup/oci.sock");
  EXPECT_EQ(config.sockets.control.path, "/run/scsup/control.sock");
  EXPECT_FALSE(config.sockets.agent.group || config.audit.file || config.attach || config.control);
  EXPECT_EQ(config.at_end, AtEnd::leave);
  EXPECT_EQ(config.threads, 1u);
}

TEST(Config, EachKeyIsTaken) {
  const Config config = good(R"({
    "policies": "/srv/p", "default_policy": "web", "audit": "/var/log/a.jsonl", "at_end": "wait", "threads": 4,
    "runtime": "/usr/bin/crun",
    "sockets": {"agent": "/run/a", "oci": "none", "control": {"path": "/run/c", "group": "docker"}},
    "comment": "x"})");
  EXPECT_EQ(config.policies, "/srv/p");
  EXPECT_EQ(config.default_policy, "web");
  EXPECT_EQ(config.audit.file, "/var/log/a.jsonl");
  EXPECT_EQ(config.at_end, AtEnd::wait);
  EXPECT_EQ(config.threads, 4u);
  EXPECT_EQ(config.runtime, "/usr/bin/crun");
  EXPECT_EQ(config.sockets.agent.path, "/run/a");
  EXPECT_EQ(config.sockets.oci.path, "");
  EXPECT_EQ(config.sockets.control.path, "/run/c");
  EXPECT_EQ(config.sockets.control.group, 999u);
}

TEST(Config, ASocketKeepsItsPathWhenOnlyItsGroupIsSaid) {
  const Config config = good(R"({"sockets": {"agent": {"group": 7}}})");
  EXPECT_EQ(config.sockets.agent.path, "/run/scsup/agent.sock");
  EXPECT_EQ(config.sockets.agent.group, 7u);
}

TEST(Config, RelativePathsCountFromTheFile) {
  const Config config = good(R"({"policies": "p", "audit": "a", "sockets": {"agent": "s"}})");
  EXPECT_EQ(config.policies, "/etc/scsup/p");
  EXPECT_EQ(config.audit.file, "/etc/scsup/a");
  EXPECT_EQ(config.sockets.agent.path, "/etc/scsup/s");
  EXPECT_EQ(good(R"({"audit": "none"})").audit.file, "none");
  EXPECT_EQ(good(R"({"audit": "-"})").audit.file, "-");
}

TEST(Config, WithoutListsOnlyRootAndTheSupervisorsOwnUserMayDoAnything) {
  const Config config = good("{}");
  for (const uid_t uid : {0u, 500u}) {
    EXPECT_TRUE(config.may_attach({uid, {1}}, "any") && config.may_bring_policy({uid, {1}}) &&
                config.may_control({uid, {1}}));
  }
  EXPECT_FALSE(config.may_attach({1000, {0}}, "any") || config.may_bring_policy({1000, {0}}) ||
               config.may_control({1000, {0}}));
}

TEST(Config, AListSaysItAllAlsoForRoot) {
  const Config config = good(R"({"attach": [{"uid": "alice", "policies": ["web-*", "db"]}], "control": []})");
  EXPECT_TRUE(config.may_attach({1000, {1}}, "web-1"));
  EXPECT_TRUE(config.may_attach({1000, {1}}, "db"));
  EXPECT_FALSE(config.may_attach({1000, {1}}, "db2"));
  EXPECT_FALSE(config.may_attach({1000, {1}}, "my-web-1"));
  EXPECT_FALSE(config.may_attach({0, {0}}, "web-1"));
  EXPECT_FALSE(config.may_attach({500, {500}}, "web-1"));
  EXPECT_FALSE(config.may_control({0, {0}}));
  EXPECT_FALSE(config.may_bring_policy({1000, {1}}));
}

TEST(Config, AnOwnFileIsOnlyForWhomItIsWritten) {
  const Config config =
      good(R"({"attach": [{"uid": [1, "root"], "own_file": true}, {"uid": 2, "policies": ["*"]}]})");
  EXPECT_TRUE(config.may_bring_policy({1, {1}}) && config.may_bring_policy({0, {0}}));
  EXPECT_FALSE(config.may_bring_policy({2, {2}}));
  EXPECT_FALSE(config.may_attach({1, {1}}, "web"));
  EXPECT_TRUE(config.may_attach({2, {2}}, "web"));
}

TEST(Config, OfUserAndGroupBothMustHoldWhenBothAreGiven) {
  const Config config = good(R"({"control": [{"uid": 1000, "gid": ["docker", 5]}, {"gid": 6}]})");
  EXPECT_TRUE(config.may_control({1000, {999}}) && config.may_control({1000, {5}}) &&
              config.may_control({77, {6}}));
  EXPECT_FALSE(config.may_control({1000, {1000}}) || config.may_control({1001, {999}}));
  EXPECT_TRUE(config.may_control(Caller{1000, {1000, 999}}));
  EXPECT_FALSE(config.may_control(Caller{1000, {}}));
}

TEST(Config, EveryMistakeIsToldAtOnceWithItsPlaceAndWhatWasExpected) {
  EXPECT_EQ(
      mistakes(R"({
  "polices": "/p",
  "threads": 0,
  "threads": 2,
  "at_end": "waits",
  "sockets": {"agents": "/x", "oci": 5, "control": ""},
  "attach": [{"uid": "alcie", "policies": ["web"]}],
  "control": {"uid": 0}
})"),
      "c.json:2:3: error: unknown key 'polices' in the config; did you mean 'policies'?\n"
      "c.json:3:14: error: \"threads\" is at least 1\n"
      "c.json:4:3: error: duplicate key 'threads'; it is already at 3:3\n"
      "c.json:5:13: error: unknown \"at_end\" setting 'waits'; did you mean 'wait'?\n"
      "c.json:6:15: error: unknown key 'agents' in \"sockets\"; did you mean 'agent'?\n"
      "c.json:6:38: error: expected a path, \"none\", or an object with \"path\" and \"group\" for \"oci\", "
      "found the number 5\n"
      "c.json:6:52: error: expected a path for the path of \"control\", found the string ''\n"
      "c.json:7:22: error: there is no user 'alcie' on this machine\n"
      "c.json:8:14: error: expected a list for \"control\", found an object\n");
}

TEST(Config, WhatWouldAllowNobodyOrNothingOrMoreThanIsMeantIsAMistake) {
  EXPECT_EQ(mistakes(R"({"attach": [{"policies": ["a"]}]})"),
            "c.json:1:13: error: an entry of \"attach\" needs \"uid\", \"gid\" or both\n");
  EXPECT_EQ(mistakes(R"({"control": [{}]})"),
            "c.json:1:14: error: an entry of \"control\" needs \"uid\", \"gid\" or both\n");
  EXPECT_EQ(mistakes(R"({"attach": [{"uid": 5}]})"),
            "c.json:1:13: error: an entry of \"attach\" allows nothing: \"policies\" names the policies, "
            "[\"*\"] is all\n");
  EXPECT_EQ(mistakes(R"({"attach": [{"uid": [], "policies": ["*"]}]})"),
            "c.json:1:21: error: \"uid\" is empty: it means nobody\n");
  EXPECT_EQ(mistakes(R"({"control": [{"uid": 0, "own_file": true}]})"),
            "c.json:1:25: error: unknown key 'own_file' in an entry of \"control\"\n");
  EXPECT_EQ(
      mistakes(R"({"attach": [{"uid": -1, "policies": ["/etc/x"]}]})"),
      "c.json:1:21: error: expected a whole number from 0 to 4294967294 for \"uid\", found the number -1; as "
      "an "
      "unsigned number it is 4294967294\n"
      "c.json:1:38: error: expected the name of a policy or a pattern such as \"web-*\", found '/etc/x'\n");
  EXPECT_EQ(mistakes(R"({"attach": [{"uid": "root\u0000x", "policies": ["*"]}]})"),
            "c.json:1:21: error: there is no user 'root\\x00x' on this machine\n");
}

TEST(Config, PathsAndNamesThatCannotBeAreMistakes) {
  EXPECT_EQ(mistakes(R"({"sockets": {"agent": "/r/s", "oci": "/r/s"}})"),
            "c.json:1:13: error: two sockets have the same path\n");
  EXPECT_EQ(mistakes(R"({"sockets": {"agent": "/)" + std::string(107, 'x') + R"("}})"),
            "c.json:1:23: error: the path of a socket has at most 107 bytes, this one has 108\n");
  EXPECT_EQ(
      mistakes(R"({"default_policy": "web.json"})"),
      "c.json:1:20: error: expected the name of a policy, found 'web.json'; a policy's name is its file's "
      "without \".json\"\n");
  EXPECT_EQ(mistakes(R"({"policies": "/a\u0000b"})"),
            "c.json:1:14: error: expected a path for \"policies\", found the string '/a\\x00b'\n");
}

TEST(Config, BrokenTextIsToldInWordsOfAConfig) {
  EXPECT_EQ(mistakes(""), "c.json:1:1: error: the file is empty: expected a config, '{...}'\n");
  EXPECT_EQ(mistakes("[]"), "c.json:1:1: error: expected an object for the config, found a list\n");
  EXPECT_EQ(mistakes("{\n  // no comments\n}"),
            "c.json:2:3: error: JSON has no comments; use a \"comment\" key\n");
}

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/scsup-config-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string write(const std::string& text, mode_t mode = 0644) {
    const std::string file = directory_ + "/config.json";
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
    return file;
  }
  std::string directory_;
};

TEST_F(ConfigFile, IsReadAndItsDirectoryIsWherePathsBegin) {
  const auto read = read_config(write(R"({"policies": "policies"})"), defaults(), accounts);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->config.policies, directory_ + "/policies");
}

TEST_F(ConfigFile, ThatOthersMayWriteToIsRefused) {
  for (const mode_t mode : {0664, 0646}) {
    const std::string file = write("{}", mode);
    const auto read = read_config(file, defaults(), accounts);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text(), "cannot use the config '" + file +
                                       "': others may write to it; remove that permission (chmod go-w)");
  }
}

TEST_F(ConfigFile, OfAnotherUserIsRefused) {
  const std::string file = write("{}");
  if (::chown(file.c_str(), 4711, static_cast<gid_t>(-1)) != 0) GTEST_SKIP() << "needs CAP_CHOWN";
  const auto read = read_config(file, defaults(), accounts);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().text(),
            "cannot use the config '" + file + "': it belongs to another user (uid 4711)");
}

TEST(Accounts, AreThoseOfTheMachine) {
  EXPECT_EQ(system_accounts().user("root"), 0u);
  EXPECT_EQ(system_accounts().group("root"), 0u);
  EXPECT_FALSE(system_accounts().user("no such user"));
}

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(std::string(SCSUP_SOURCE "/") + file).rdbuf();
  return text.str();
}

TEST(ConfigPage, EachConfigThatItShowsIsGood) {
  const std::string page = text_of("man/scsup-config.5.scd");
  int shown = 0;
  for (std::size_t at = 0; (at = page.find("```\n{", at)) != std::string::npos; ++shown) {
    const std::size_t end = page.find("\n```", at + 4);
    ASSERT_NE(end, std::string::npos);
    EXPECT_EQ(mistakes(page.substr(at + 4, end - at - 4)), "");
    at = end + 4;
  }
  EXPECT_GE(shown, 2);
}

TEST(ConfigExample, IsGood) {
  const std::string text = text_of("examples/serve/config.json");
  ASSERT_NE(text, "");
  const Config config = good(text);
  EXPECT_TRUE(config.attach && config.control);
  EXPECT_NE(config.default_policy, "");
}

}  // namespace
}  // namespace scsup
