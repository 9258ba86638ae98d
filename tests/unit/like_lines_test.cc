// Which lines become one, and which never do.
#include "supervisor/audit/store/like_lines.h"

#include <gtest/gtest.h>

#include <string>

#include "supervisor/audit/renderer.h"

namespace scsup {
namespace {

class Like : public testing::Test {
 protected:
  struct Asked {
    std::uint64_t id = 0;
    pid_t tid = 12;
    int err = EPERM;
    std::string path = "/a";
    std::int64_t mono_ns = 1000, dec_ns = 5;
    std::uint32_t session = 3;
  };
  CallRecord record(const Asked& asked) {
    call_.syscall = find_syscall("mkdir");
    call_.nr = 83;
    call_.operand.path = asked.path;
    CallRecord record;
    record.id = asked.id;
    record.session = asked.session;
    record.tid = asked.tid;
    record.call = &call_;
    record.origin = &origin_;
    record.err = asked.err;
    record.mono_ns = asked.mono_ns;
    record.decision_ns = asked.dec_ns;
    return record;
  }
  void call(const Asked& asked) { put(renderer_.call(record(asked))); }
  void put(const LogLine& line) { given_.emplace_back(line); }

  // What is made of them, and by which line each is told.
  std::vector<std::string> merged(std::vector<CallName> open = {}) {
    std::vector<LogLine> views;
    for (const OwnedLine& line : given_) views.push_back(line.view());
    const LikeLines like(views, std::move(open));
    places_ = like.places();
    std::size_t told = 0;
    for (const LogLine& line : like.lines()) told += line.told;
    EXPECT_EQ(told, given_.size());
    std::vector<std::string> texts;
    for (const LogLine& line : like.lines()) texts.emplace_back(line.text);
    return texts;
  }
  const std::string& given(std::size_t i) const { return given_[i].text; }
  static std::uint64_t count(const std::string& line) {
    const std::size_t at = line.find(",\"count\":");
    return at == std::string::npos ? 1 : std::stoull(line.substr(at + 9));
  }
  using Places = std::vector<std::size_t>;

  std::vector<OwnedLine> given_;
  Places places_;
  Renderer renderer_{"25d487658c2e4f89", Redaction()};
  Origin origin_;
  Call call_;
};

TEST_F(Like, CallsBecomeTheFirstOneWithWhatIsKnownOfAll) {
  call({.id = 1, .mono_ns = 1000, .dec_ns = 7});
  call({.id = 2, .mono_ns = 2000, .dec_ns = 9});
  call({.id = 3, .mono_ns = 3000, .dec_ns = 5});
  const auto lines = merged();
  ASSERT_EQ(lines.size(), 1u);
  const std::string time = given(2).substr(given(2).find("\"time\":\"") + 8, 30);
  EXPECT_EQ(lines[0], given(0).substr(0, given(0).size() - 2) + ",\"count\":3,\"last_time\":\"" + time +
                          "\",\"last_mono_ns\":3000,\"dec_ns_sum\":21,\"dec_ns_max\":9}\n");
  EXPECT_EQ(places_, (Places{0, 0, 0}));
}

TEST_F(Like, OneCallStaysAsItIs) {
  call({.id = 1});
  const auto lines = merged();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], given(0));
  EXPECT_TRUE(merged().size() == 1 && count(lines[0]) == 1);
}

TEST_F(Like, WhatDiffersInAnythingElseIsAnother) {
  call({.id = 1});
  call({.id = 2, .tid = 13});
  call({.id = 3, .err = EXDEV});
  call({.id = 4, .path = "/b"});
  call({.id = 5, .session = 4});
  EXPECT_EQ(merged().size(), 5u);
}

TEST_F(Like, NeitherTurnsNorOthersBetweenThemKeepThemApartAndTheOrderStays) {
  for (std::uint64_t id = 0; id < 10; ++id) {
    call({.id = id, .tid = id % 2 == 0 ? 12 : 13});
    if (id == 4) put(renderer_.task(record({.id = 99})));
    if (id == 6) put(renderer_.task(record({.id = 98})));
  }
  const auto lines = merged();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(count(lines[0]), 5u);
  EXPECT_EQ(count(lines[1]), 5u);
  EXPECT_NE(lines[0].find("\"id\":\"0x0\""), std::string::npos);
  EXPECT_NE(lines[1].find("\"id\":\"0x1\""), std::string::npos);
  EXPECT_NE(lines[2].find("\"id\":\"0x63\""), std::string::npos) << "tasks are never counted together";
  EXPECT_NE(lines[3].find("\"id\":\"0x62\""), std::string::npos);
  EXPECT_EQ(places_, (Places{0, 1, 0, 1, 0, 2, 1, 0, 3, 1, 0, 1}));
}

TEST_F(Like, ACallThatIsAmendedHasALineOfItsOwn) {
  for (const std::uint64_t amended : {1, 2, 3}) {
    given_.clear();
    for (const std::uint64_t id : {1, 2, 3}) call({.id = id});
    put(renderer_.amend(3, amended, "gone"));
    const auto lines = merged();
    ASSERT_EQ(lines.size(), 3u) << amended;
    const std::string name = "\"id\":\"0x" + std::to_string(amended) + "\"";
    for (const std::string& line : lines)
      EXPECT_EQ(count(line), line.find(name) == std::string::npos ? 2u : 1u) << amended << line;
    EXPECT_EQ(lines[2], given(3));
  }
}

TEST_F(Like, AnAmendOfAnotherSessionsCallSaysNothing) {
  call({.id = 1});
  call({.id = 2});
  put(renderer_.amend(4, 1, "gone"));
  EXPECT_EQ(merged().size(), 2u);
}

// Its thread may even have called again since: a signal ends the wait, or another thread takes over its
// number by exec.
TEST_F(Like, ACallThatIsOpenHasALineOfItsOwn) {
  for (const std::uint64_t id : {1, 2, 3}) call({.id = id});
  const auto lines = merged({{3, 2}, {4, 1}, {3, 77}});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(count(lines[0]), 2u);
  EXPECT_EQ(lines[1], given(1));
  EXPECT_EQ(places_, (Places{0, 1, 0}));
}

// The target chooses paths: none of them is taken for a member.
TEST_F(Like, AHostilePathIsAPath) {
  for (const char* const path : {R"(","session":3,"x":")", R"(,"dec_ns":1}\n)", R"(","dec_ns":1,"count":7)",
                                 "\n{\"type\":\"call\","}) {
    given_.clear();
    call({.id = 1, .path = path});
    call({.id = 2, .path = path});
    call({.id = 3, .path = std::string(path) + "1"});
    const auto lines = merged();
    ASSERT_EQ(lines.size(), 2u) << path;
    EXPECT_EQ(count(lines[0].substr(lines[0].rfind(",\"count\""))), 2u) << path;
    EXPECT_TRUE(lines[0].starts_with(given(0).substr(0, given(0).size() - 2))) << path;
    EXPECT_EQ(lines[1], given(2)) << path;
  }
}

TEST_F(Like, WhatIsNoCallOfOursIsPassedOn) {
  for (const char* const text : {"{\"type\":\"call\",\"run\":\"\"}\n", "{\"type\":\"call\",\n", "\n", "",
                                 "{\"type\":\"call\",\"run\":\"\",\"session\":1,\"dec_ns\":}\n"})
    for (int twice = 0; twice < 2; ++twice) put({text, 0});
  const auto lines = merged();
  ASSERT_EQ(lines.size(), given_.size());
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i], given(i));
}

}  // namespace
}  // namespace scsup
