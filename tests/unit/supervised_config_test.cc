// A container's config.json with a policy in it, and the settings that select the policy.
#include "runtime/supervised_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/bundle.h"

namespace scsup::runtime {
namespace {

namespace fs = std::filesystem;
using Tree = nlohmann::ordered_json;

class SupervisedConfig : public testing::Test {
 protected:
  SupervisedConfig() {
    std::string name = fs::temp_directory_path() / "scsup-config-XXXXXX";
    work_ = mkdtemp(name.data());
    settings_.policies = work_;
    settings_.default_policy = "web";
    settings_.listener = "/run/l.sock";
    settings_.file = "/etc/scsup/config.json";
    write("web.json",
          R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "allow"}]}})");
    write(
        "other.json",
        R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["reboot"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_BOOT"]}}]})");
    write("bad.json", "{\n\"supervis\": {}, \"supervise\": {}}");
  }
  ~SupervisedConfig() override { fs::remove_all(work_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    const std::string path = work_ + "/" + name;
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  // The new text, the same text if nothing changes, or the error.
  std::string make(const std::string& text) const {
    const auto made = supervised_config(text, "config.json", settings_);
    return !made ? made.error().text() : made->value_or(text);
  }
  static std::string with(const std::string& seccomp, const std::string& more = "") {
    return R"({"ociVersion":"1.0.2",)" + more + R"("linux":{"seccomp":)" + seccomp + "}}";
  }
  static std::string metadata(const std::string& made) {
    const Tree config = Tree::parse(made, nullptr, false);
    return config.is_discarded()
               ? made
               : config["linux"]["seccomp"]["listenerMetadata"].get<std::string>().substr(0, 18);
  }

  std::string work_;
  Settings settings_;
};

constexpr const char* plain =
    R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["mkdir","read"],"action":"SCMP_ACT_ALLOW"}]})";

TEST_F(SupervisedConfig, OnlySeccompChangesAndEverythingElseStaysAsItWasWritten) {
  const std::string text =
      R"({"ociVersion":"1.0.2","process":{"args":["a\u0000\"\\"],"oom":-0.50},"linux":{"resources":{"memory":{"limit":18446744073709551615}},"seccomp":)" +
      std::string(plain) + R"(,"x":[]},"annotations":{"b":"c"},"z":1e3})";
  const std::string made = make(text);
  EXPECT_EQ(made.substr(0, made.find("\"seccomp\"")), text.substr(0, text.find("\"seccomp\"")));
  EXPECT_EQ(made.substr(made.find(",\"x\":[]")), text.substr(text.find(",\"x\":[]")));
  EXPECT_NE(
      made.find(
          R"({"names":["read"],"action":"SCMP_ACT_ALLOW"},{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}],"listenerPath":"/run/l.sock","listenerMetadata":"policy=web;sha=)"),
      std::string::npos)
      << made;
  const auto again = supervised_config(made, "config.json", settings_);
  EXPECT_TRUE(again && !*again) << "a second time something changes";
}

TEST_F(SupervisedConfig, WithoutSeccompOrLinuxTheyAreMade) {
  for (const char* text : {"{}", R"({"linux":{}})", R"({"linux":{"seccomp":null}})", R"({"linux":null})",
                           R"({"linux":{"seccomp":{}}})"}) {
    const Tree config = Tree::parse(make(text));
    EXPECT_EQ(config["linux"]["seccomp"]["defaultAction"], "SCMP_ACT_ERRNO") << text;
    EXPECT_EQ(config["linux"]["seccomp"]["listenerPath"], "/run/l.sock") << text;
  }
}

TEST_F(SupervisedConfig, ThePolicyIsTheAnnotationsThenTheProfilesThenTheDefault) {
  const std::string ours =
      R"({"defaultAction":"SCMP_ACT_ERRNO","listenerPath":"/run/l.sock","listenerMetadata":")";
  EXPECT_EQ(metadata(make(with(plain))), "policy=web;sha=" + metadata(make(with(plain))).substr(15));
  EXPECT_EQ(metadata(make(with(plain, R"("annotations":{"io.scsup.policy":"other"},)"))).substr(0, 17),
            "policy=other;sha=");
  EXPECT_EQ(metadata(make(with(ours + "policy=other\"}"))).substr(0, 17), "policy=other;sha=");
  EXPECT_EQ(metadata(make(with(ours + "policy=other;sha=00\"}"))).substr(0, 15), "policy=web;sha=")
      << "written by us";
  EXPECT_EQ(make(with(ours + "policy=other\"}", R"("annotations":{"io.scsup.policy":"web"},)")),
            "config.json: error: the seccomp profile is for the policy 'other', and the annotation "
            "io.scsup.policy asks for 'web'");
}

TEST_F(SupervisedConfig, IncludesAndExcludesLookAtTheContainersCapabilities) {
  const std::string profile =
      R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["reboot"],"action":"SCMP_ACT_ALLOW"}]})";
  settings_.default_policy = "other";
  EXPECT_EQ(make(with(profile)).find("NOTIFY"), std::string::npos);
  EXPECT_NE(make(with(profile, R"("process":{"capabilities":{"bounding":["CAP_SYS_BOOT"]}},)"))
                .find("\"reboot\"],\"action\":\"SCMP_ACT_NOTIFY\""),
            std::string::npos);
}

TEST_F(SupervisedConfig, WhatCannotBeSupervisedIsRefused) {
  const auto annotated = [](const char* key, const char* value) {
    return with(plain, "\"annotations\":{\"" + std::string(key) + "\":\"" + value + "\"},");
  };
  EXPECT_EQ(make(annotated("io.scsup.policy", "none")),
            "there is no policy 'none' in '" + work_ +
                "'; name one by the annotation io.scsup.policy, or by \"default_policy\" in "
                "/etc/scsup/config.json");
  EXPECT_EQ(make(annotated("io.scsup.policy", "../web")),
            "config.json: error: '../web' can't be a policy's name; see io.scsup.policy in scsup-runtime(8)");
  EXPECT_EQ(make(annotated("io.scsup.policy", "a;sha=1")).substr(0, 28), "config.json: error: 'a;sha=1");
  EXPECT_EQ(make(annotated("io.scsup.policy", "bad")),
            work_ + "/bad.json:2:1: error: unknown key 'supervis' in the policy; did you mean 'supervise'?");
  for (const char* key : {"run.oci.seccomp_bpf_data", "run.oci.seccomp.plugins", "run.oci.handler"})
    EXPECT_NE(make(annotated(key, "x")).find("makes crun bypass the seccomp profile"), std::string::npos)
        << key;
  EXPECT_NE(make(annotated("run.oci.seccomp.receiver", "/x")).find("has a seccomp agent already, '/x'"),
            std::string::npos);
  EXPECT_EQ(metadata(make(annotated("run.oci.seccomp.receiver", "/run/l.sock"))).substr(0, 10), "policy=web");
  EXPECT_EQ(make(with(R"({"defaultAction":"SCMP_ACT_ERRNO","listenerPath":"/other.sock"})")),
            "config.json: error: the container has a seccomp agent already, '/other.sock' (listenerPath), "
            "and there can be one "
            "only; take it out, or use another runtime than scsup-runtime");
}

TEST_F(SupervisedConfig, HostileConfigurationsAreErrorsWithTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "config.json:1:1: error: the file is empty: expected a configuration, '{...}'"},
      {"[]", "config.json:1:1: error: expected an object, found a list"},
      {R"({"linux":[]})", "config.json:1:10: error: expected an object for \"linux\", found a list"},
      {R"({"linux":{"seccomp":"x"}})",
       "config.json:1:21: error: expected an object for \"seccomp\", found the string 'x'"},
      {R"({"annotations":1})",
       "config.json:1:16: error: expected an object for \"annotations\", found the number 1"},
      {R"({"annotations":{"io.scsup.policy":1}})",
       "config.json:1:35: error: expected a string for \"io.scsup.policy\", found the number 1"},
      {R"({"process":{"capabilities":{"bounding":{}}}})",
       "config.json:1:40: error: expected a list for \"bounding\", found an object"},
      {with(R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_PASS"}]})")
           .substr(0, 400),
       "config.json:1:116: error: unknown action 'SCMP_ACT_PASS'"},
      {R"({"linux":{},"linux":{}})", "config.json:1:13: error: duplicate key 'linux'; it is already at 1:2"}};
  for (const auto& [text, error] : cases) EXPECT_EQ(make(text).substr(0, error.size()), error);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  EXPECT_NE(make(deep).find("nested too deep"), std::string::npos);
  EXPECT_NE(make(R"({"linux":{"seccomp":{"defaultAction":"SCMP_ACT_NOTIFY"}}})")
                .find("can't be the \"defaultAction\""),
            std::string::npos);
}

TEST_F(SupervisedConfig, ABundlesFileIsReplacedAsAWhole) {
  const std::string path = write("config.json", "{}", 0640);
  ASSERT_TRUE(geteuid() != 0 || chown(path.c_str(), 12, 34) == 0);
  struct stat before {};
  stat(path.c_str(), &before);
  const auto bundle = Bundle::open(work_, "config.json");
  ASSERT_TRUE(bundle) << bundle.error().text();
  EXPECT_EQ(bundle->text(), "{}");
  ASSERT_TRUE(bundle->replace("new"));
  struct stat after {};
  stat(path.c_str(), &after);
  EXPECT_NE(before.st_ino, after.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_EQ(std::distance(fs::directory_iterator(work_), {}), 4) << "something is left behind";
}

TEST_F(SupervisedConfig, NoLinkIsFollowedAndNoFifoWaitedFor) {
  write("real.json", "{}");
  fs::create_symlink("real.json", work_ + "/link.json");
  mkfifo((work_ + "/fifo").c_str(), 0600);
  const auto text = [&](const char* name) { return Bundle::open(work_, name).error().text(); };
  const std::string what = "cannot read the container's configuration '" + work_ + "/";
  EXPECT_EQ(text("link.json"),
            what + "link.json': it is a symbolic link, and scsup-runtime follows none there");
  EXPECT_EQ(text("fifo"), what + "fifo': it is no regular file");
  EXPECT_EQ(text("none"), what + "none': No such file or directory");
  fs::resize_file(write("large", ""), bundle_config_size_limit + 1);
  EXPECT_EQ(text("large"), what + "large': it is larger than 16 MiB");
  EXPECT_TRUE(Bundle::open("/nowhere", work_ + "/real.json"));
}

TEST_F(SupervisedConfig, SettingsAreTheServices) {
  const auto read = [&](const std::string& text, mode_t mode = 0644) {
    const auto settings = read_settings(write("config.json", text, mode).c_str());
    return settings ? settings->runtime + " " + settings->policies + " " + settings->default_policy + " " +
                          settings->listener
                    : settings.error().text();
  };
  const std::string at = work_ + "/config.json";
  EXPECT_EQ(
      read(
          R"({"runtime":"crun","policies":"/p","default_policy":"d","sockets":{"oci":"/l"},"attach":[{"uid":0,"policies":["*"]}]})"),
      "crun /p d /l");
  EXPECT_EQ(read(R"({"policies":"p","sockets":{"oci":"l"}})"), " " + work_ + "/p  " + work_ + "/l");
  EXPECT_EQ(read(R"({"runtim":"crun"})"),
            at + ":1:2: error: unknown key 'runtim' in the config; did you mean 'runtime'?");
  EXPECT_EQ(read(R"({"runtime":"bin/crun"})"), at + ":1:12: error: expected a program's name or absolute "
                                                    "path for \"runtime\", found the string 'bin/crun'");
  EXPECT_EQ(read(R"({"sockets":{"oci":"none"}})"),
            "'" + at + "' opens no socket for containers: \"sockets\": {\"oci\": ...}");
  EXPECT_EQ(read("{}", 0666), "cannot use the config '" + at +
                                  "': others may write to it; remove that permission (chmod go-w)");
  EXPECT_EQ(read_settings((work_ + "/none").c_str()).error().text(),
            "cannot read the config '" + work_ + "/none': No such file or directory");
}

}  // namespace
}  // namespace scsup::runtime
