// How scsup-runtime reads the command lines of engines.
#include <gtest/gtest.h>

#include "runtime/command_line.h"
#include "runtime/complaint.h"

namespace scsup::runtime {
namespace {

using Words = std::vector<std::string>;
using Verb = CommandLine::Verb;

CommandLine read(const Words& words) {
  const auto line = read_command_line(words);
  EXPECT_TRUE(line) << line.error().text();
  return line.value_or(CommandLine{});
}

TEST(RuntimeCommandLine, FindsTheBundleInEveryFormThatRuncAndCrunShare) {
  for (const Words& words :
       {Words{"create", "--bundle", "/b", "id"}, Words{"create", "-b", "/b", "id"},
        Words{"run", "--bundle=/b", "id"}, Words{"run", "-b=/b", "id"}, Words{"run", "id", "-b", "/b"},
        Words{"--root", "/r", "--log", "/l", "--log-format", "json", "create", "--bundle", "/b", "id"},
        Words{"--root=/r", "--systemd-cgroup", "--cgroup-manager=cgroupfs", "create", "-b", "/b", "id"},
        Words{"--cgroup-manager", "systemd", "--debug", "run", "-d", "--pid-file", "-b", "-b", "/b", "id"},
        Words{"create", "--console-socket", "/s", "--preserve-fds", "3", "--no-pivot", "-b", "/b", "--",
              "id"}}) {
    const CommandLine line = read(words);
    EXPECT_EQ(line.verb, Verb::start) << words.back();
    EXPECT_EQ(line.bundle, "/b");
    EXPECT_EQ(line.config, "config.json");
  }
}

TEST(RuntimeCommandLine, WithoutABundleItIsTheCurrentDirectory) {
  EXPECT_EQ(read({"run", "id"}).bundle, ".");
  EXPECT_EQ(read({"run", "--", "-b", "/b"}).bundle, ".");
}

TEST(RuntimeCommandLine, CrunsOtherConfigurationIsTheOneThatCounts) {
  EXPECT_EQ(read({"run", "-f", "other.json", "id"}).config, "other.json");
  EXPECT_EQ(read({"create", "--config=other.json", "-b", "/b", "id"}).config, "other.json");
}

TEST(RuntimeCommandLine, AllElsePasses) {
  for (const Words& words : {Words{}, Words{"start", "id"}, Words{"exec", "id", "run", "-b", "/b"},
                             Words{"--version"}, Words{"kill", "id", "KILL"},
                             Words{"--root", "create", "delete", "id"}, Words{"--", "state", "create"},
                             Words{"features"}, Words{"create", "--help"}, Words{"nonsense", "create"}})
    EXPECT_EQ(read(words).verb, Verb::other);
  EXPECT_EQ(read({"--root", "/r", "restore", "-b", "/b", "id"}).verb, Verb::restore);
}

TEST(RuntimeCommandLine, AnUnknownOptionDoesNotHideTheVerb) {
  for (const Words& words :
       {Words{"--new-option", "value", "create", "-b", "/b", "id"},
        Words{"--new-switch", "create", "-b", "/b", "id"}, Words{"--new=value", "create", "-b", "/b", "id"}})
    EXPECT_EQ(read(words).bundle, "/b");
}

TEST(RuntimeCommandLine, WhatRuncAndCrunReadDifferentlyIsRefused) {
  for (const char* word : {"-b/b", "-bundle", "--bund", "--bu=/b", "-db", "--conf", "-f/x", "-df"}) {
    const auto line = read_command_line(Words{"run", word, "/b", "id"});
    ASSERT_FALSE(line) << word;
    EXPECT_EQ(line.error().text().find("runc and crun read '" + std::string(word) + "' in different ways"),
              0u)
        << line.error().text();
  }
  EXPECT_EQ(read_command_line(Words{"run", "-b", "/b", "--bundle=/c", "id"}).error().text(),
            "'--bundle' is given twice");
  EXPECT_EQ(read_command_line(Words{"create", "id", "-b"}).error().text(), "'-b' needs a value");
}

TEST(RuntimeCommandLine, TheLogIsFound) {
  const LogPlace place =
      read_log_place(Words{"--log", "/l", "--log-format=json", "create", "--log", "/other"});
  EXPECT_EQ(place.path, "/l");
  EXPECT_TRUE(place.json);
  EXPECT_EQ(read_log_place(Words{"--log=file:/l", "create"}).path, "/l");
  EXPECT_EQ(read_log_place(Words{"--log=journald:x", "create"}).path, "");
  EXPECT_FALSE(read_log_place(Words{"create"}).json);
}

TEST(RuntimeComplaint, IsRuncsLogLine) {
  EXPECT_EQ(log_line("a \"b\"\n", true, 0),
            "{\"level\":\"error\",\"msg\":\"a \\\"b\\\"\\u000a\",\"time\":\"1970-01-01T00:00:00Z\"}\n");
  EXPECT_EQ(log_line("no", false, 86400), "time=\"1970-01-02T00:00:00Z\" level=error msg=\"no\"\n");
}

}  // namespace
}  // namespace scsup::runtime
