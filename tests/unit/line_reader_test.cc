// From a line of a log to a record, whatever the line contains.
#include "analysis/read/line_reader.h"

#include <gtest/gtest.h>

namespace scsup::analysis {
namespace {

// As in a block: with padding after it.
class Lines : public testing::Test {
 protected:
  bool read(const std::string& line) {
    text_ = line;
    text_.resize(line.size() + LineReader::padding, '\0');
    return reader_.read(std::string_view(text_).substr(0, line.size()), record_);
  }
  std::string text_;
  LineReader reader_;
  Record record_;
};

TEST_F(Lines, ACallIsTakenWhole) {
  ASSERT_TRUE(read(
      R"({"type":"call","run":"ab","seq":7,"time":"2026-01-31T08:31:11.000000001Z","mono_ns":5,"id":"0x9","session":3,)"
      R"("container":{"id":"c0ffee","name":"web","image":"busybox"},)"
      R"("proc":{"tid":12,"pid":11,"ppid":10,"start":99,"comm":"mk\"dir","exe":"/bin/mkdir","cwd":"/","uid":0,"gid":1},)"
      R"("sys":{"arch":"x86_64","nr":83,"name":"mkdir","args":["0x7ffd","0x1ff"]},)"
      R"("obj":{"path":"a","resolved":"/srv/a","mode":"0777","flags":"0x100"},"act":"deny","how":"answered","errno":"EPERM",)"
      R"("rule":{"id":"r","at":"p.json:6:7","default":true},"policy":{"sha":"0f","gen":4},"out":"gone","dec_ns":1234})"));
  EXPECT_EQ(record_.type, Type::call);
  EXPECT_EQ(record_.run, "ab");
  EXPECT_EQ(record_.seq, 7);
  EXPECT_EQ(record_.time, "2026-01-31T08:31:11.000000001Z");
  EXPECT_EQ(record_.session, 3);
  EXPECT_EQ(record_.id, "0x9");
  EXPECT_EQ(record_.container_id, "c0ffee");
  EXPECT_EQ(record_.container_name, "web");
  EXPECT_EQ(record_.image, "busybox");
  EXPECT_EQ(record_.tid, 12);
  EXPECT_EQ(record_.pid, 11);
  EXPECT_EQ(record_.ppid, 10);
  EXPECT_EQ(record_.comm, "mk\"dir");
  EXPECT_EQ(record_.exe, "/bin/mkdir");
  EXPECT_EQ(record_.cwd, "/");
  EXPECT_EQ(record_.uid, 0);
  EXPECT_EQ(record_.gid, 1);
  EXPECT_EQ(record_.arch, "x86_64");
  EXPECT_EQ(record_.nr, 83);
  EXPECT_EQ(record_.syscall, "mkdir");
  ASSERT_EQ(record_.arg_count, 2u);
  EXPECT_EQ(record_.args[1], "0x1ff");
  EXPECT_EQ(record_.path, "a");
  EXPECT_EQ(record_.object(), "/srv/a");
  EXPECT_EQ(record_.mode, "0777");
  EXPECT_EQ(record_.flags, "0x100");
  EXPECT_EQ(record_.act, "deny");
  EXPECT_EQ(record_.how, "answered");
  EXPECT_EQ(record_.err, "EPERM");
  EXPECT_EQ(record_.rule, "r");
  EXPECT_EQ(record_.rule_at, "p.json:6:7");
  EXPECT_TRUE(record_.by_default);
  EXPECT_EQ(record_.policy_sha, "0f");
  EXPECT_EQ(record_.generation, 4);
  EXPECT_EQ(record_.out, "gone");
  EXPECT_EQ(record_.dec_ns, 1234);
}

TEST_F(Lines, WhatIsNotSaidIsNotThere) {
  ASSERT_TRUE(read(R"({"type":"call"})"));
  EXPECT_EQ(record_.seq, -1);
  EXPECT_EQ(record_.dec_ns, -1);
  EXPECT_EQ(record_.syscall, "");
  // Nothing of an earlier line stays.
  ASSERT_TRUE(read(R"({"type":"call","seq":5,"sys":{"name":"chmod","args":["0x1"]}})"));
  ASSERT_TRUE(read(R"({"type":"gap","lost":3,"cause":"write failed"})"));
  EXPECT_EQ(record_.type, Type::gap);
  EXPECT_EQ(record_.lost, 3);
  EXPECT_EQ(record_.cause, "write failed");
  EXPECT_EQ(record_.seq, -1);
  EXPECT_EQ(record_.arg_count, 0u);
}

TEST_F(Lines, MembersOfAnotherTypeAreNotThere) {
  ASSERT_TRUE(read(
      R"({"type":"call","seq":"7","session":1.5,"proc":[1],"sys":{"name":5,"args":{"0":1}},"obj":null,"dec_ns":1e99,"act":true,"rule":"r"})"));
  EXPECT_EQ(record_.type, Type::call);
  EXPECT_EQ(record_.seq, -1);
  EXPECT_EQ(record_.session, -1);
  EXPECT_EQ(record_.syscall, "");
  EXPECT_EQ(record_.act, "");
  EXPECT_EQ(record_.dec_ns, -1);
  EXPECT_EQ(record_.rule, "");
}

TEST_F(Lines, ACallMayStandForSeveral) {
  ASSERT_TRUE(read(R"({"type":"call","time":"2026-01-31T08:31:11.000000001Z"})"));
  EXPECT_EQ(record_.calls(), 1u);
  EXPECT_EQ(record_.last(), record_.time);
  ASSERT_TRUE(read(
      R"({"type":"call","time":"2026-01-31T08:31:11.000000001Z","dec_ns":5,"count":1000,)"
      R"("last_time":"2026-01-31T08:31:12.000000001Z","last_mono_ns":77,"dec_ns_sum":4000,"dec_ns_max":9})"));
  EXPECT_EQ(record_.calls(), 1000u);
  EXPECT_EQ(record_.last(), "2026-01-31T08:31:12.000000001Z");
  EXPECT_EQ(record_.dec_ns, 5);
  EXPECT_EQ(record_.dec_ns_sum, 4000);
  EXPECT_EQ(record_.dec_ns_max, 9);
  ASSERT_TRUE(read(R"({"type":"call","count":4294967295})"));
  EXPECT_EQ(record_.calls(), 4294967295u);
  // Of others it says nothing.
  ASSERT_TRUE(read(R"({"type":"task","count":7})"));
  EXPECT_EQ(record_.calls(), 1u);
}

// It could stand for any number of calls: shown as one, they would be hidden.
TEST_F(Lines, ACountThatIsNoneIsRefused) {
  for (const char* const count : {"0", "-1", "1e300", "1.5", "\"7\"", "null", "true", "[2]", "4294967296",
                                  "9223372036854775807", "9223372036854775808", "7,\"count\":0"}) {
    EXPECT_FALSE(read(std::string(R"({"count":)") + count + R"(,"type":"call"})")) << count;
    EXPECT_EQ(reader_.broken(), "its \"count\" is no number of calls") << count;
  }
  EXPECT_FALSE(read(R"({"type":"call","count":18446744073709551616})"));  // no number to the parser either
}

TEST_F(Lines, MoreArgumentsThanACallHasAreLeftOut) {
  ASSERT_TRUE(read(R"({"type":"call","sys":{"args":["1","2","3","4","5","6","7","8"]}})"));
  EXPECT_EQ(record_.arg_count, 6u);
}

TEST_F(Lines, OfALaterVersionIsOther) {
  ASSERT_TRUE(read(R"({"type":"weather","new":{"a":[1,{"b":2}]}})"));
  EXPECT_EQ(record_.type, Type::other);
  EXPECT_EQ(record_.type_name, "weather");
}

TEST_F(Lines, WhatIsNoRecordIsRefusedWithAReason) {
  const std::string cut = R"({"type":"call","seq":7,"act":"de)";
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const std::string& line :
       {cut, std::string("[1]"), std::string("7"), std::string("\"x\""), std::string("{\"a\":1}{\"b\":2}"),
        std::string("{\"a\":1} x"), std::string("\0\0\0\0", 4), std::string("{\"a\":\"\xff\"}"),
        std::string("{"), deep, std::string("not a log")}) {
    EXPECT_FALSE(read(line)) << line.substr(0, 50);
    EXPECT_FALSE(reader_.broken().empty());
  }
  EXPECT_TRUE(read(R"({"type":"end"})"));  // and reading goes on
}

}  // namespace
}  // namespace scsup::analysis
