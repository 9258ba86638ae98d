// What a log tells about policies and about their environments.
#include "analysis/explain/policy_shelf.h"

#include <gtest/gtest.h>

#include "analysis/explain/rebuilt_policy.h"
#include "analysis/read/line_reader.h"

namespace scsup::analysis {
namespace {

class Shelf : public testing::Test {
 protected:
  // The record of a line; valid until the next.
  const Record& record(const std::string& line) {
    text_ = line;
    text_.resize(line.size() + LineReader::padding, '\0');
    EXPECT_TRUE(reader_.read(std::string_view(text_).substr(0, line.size()), record_)) << line;
    return record_;
  }
  void add(const std::string& line) { shelf_.add(record(line)); }
  std::string text_of(const std::string& line) {
    const LoggedPolicy* const found = shelf_.find(record(line));
    return found ? found->text : "none";
  }

  PolicyShelf shelf_;

 private:
  std::string text_;
  LineReader reader_;
  Record record_;
};

constexpr const char* run_a =
    R"({"type":"run","run":"a","kernel":"5.10.3-x","policy":{"name":"p","file":"p.json","sha":"00112233445566778899","gen":1,"text":"P"}})";
constexpr const char* policy_q =
    R"({"type":"policy","run":"a","policy":{"name":"q","file":"q.json","sha":"ffeeddccbbaa99887766","gen":2,"text":"Q"}})";

TEST_F(Shelf, ACallPointsAtItsPolicyByAShortenedHash) {
  add(run_a);
  EXPECT_EQ(text_of(R"({"type":"call","run":"a","session":9})"), "P");  // the only one
  add(policy_q);
  add(policy_q);  // repeated, as in another segment
  EXPECT_EQ(shelf_.all().size(), 2u);
  EXPECT_EQ(text_of(R"({"type":"call","policy":{"sha":"0011223344556677","gen":1}})"), "P");
  EXPECT_EQ(text_of(R"({"type":"call","policy":{"sha":"ffeeddccbbaa9988","gen":2}})"), "Q");
  EXPECT_EQ(text_of(R"({"type":"call","policy":{"sha":"ffeeddccbbaa9989","gen":2}})"), "none");
  EXPECT_EQ(text_of(R"({"type":"call","policy":{"sha":"00","gen":1}})"),
            "none");  // too short to be unambiguous
  EXPECT_EQ(text_of(R"({"type":"call","run":"a","session":9})"), "none");
}

TEST_F(Shelf, ARecordWithoutOneHasItsSessions) {
  add(run_a);
  add(policy_q);
  add(R"({"type":"attach","run":"a","session":1,"policy":{"sha":"ffeeddccbbaa9988","gen":2}})");
  EXPECT_EQ(text_of(R"({"type":"task","run":"a","session":1})"), "Q");
  EXPECT_EQ(text_of(R"({"type":"task","run":"b","session":1})"), "none");
}

TEST_F(Shelf, TheDirectoryIsThatOfTheCommandsOwnExec) {
  add(run_a);
  add(R"({"type":"attach","run":"a","session":1})");
  const std::string exec =
      R"({"type":"task","run":"a","session":1,"proc":{"cwd":"/srv/app","uid":0},"sys":{"name":"execve"}})";
  add(exec);
  add(R"({"type":"call","run":"a","session":1,"proc":{"cwd":"/elsewhere","uid":0},"sys":{"name":"execve"}})");
  const Surroundings known = shelf_.surroundings(record(exec));
  EXPECT_EQ(known.environment.directory, "/srv/app");
  EXPECT_TRUE(known.knows_directory);
  EXPECT_FALSE(known.knows_home);
  EXPECT_EQ(known.environment.kernel_major, 5);
  EXPECT_EQ(known.environment.kernel_minor, 10);
  EXPECT_EQ(known.environment.caps, 0x1ffffffffffu);

  // Without the session's beginning it is a guess.
  const std::string later = R"({"type":"call","run":"a","session":2,"proc":{"cwd":"/var","uid":5}})";
  add(later);
  EXPECT_EQ(shelf_.surroundings(record(later)).environment.directory, "/var");
  EXPECT_FALSE(shelf_.surroundings(record(later)).knows_directory);
  EXPECT_EQ(shelf_.surroundings(record(later)).environment.caps, 0u);
  // A redacted one doesn't count.
  const std::string hidden = R"({"type":"call","run":"a","session":3,"proc":{"cwd":"/home/***","uid":5}})";
  add(hidden);
  EXPECT_EQ(shelf_.surroundings(record(hidden)).environment.directory, "");
}

TEST_F(Shelf, WhatAttachTellsComesFirst) {
  add(R"({"type":"attach","run":"a","session":1,"environment":{"caps":"0x21","home":"/home/ann","directory":"/w"}})");
  const std::string exec =
      R"({"type":"task","run":"a","session":1,"proc":{"cwd":"/srv/app","uid":0},"sys":{"name":"execve"}})";
  add(exec);
  const Surroundings told = shelf_.surroundings(record(exec));
  EXPECT_EQ(told.environment.caps, 0x21u);
  EXPECT_EQ(told.environment.home, "/home/ann");
  EXPECT_EQ(told.environment.directory, "/w");
  EXPECT_TRUE(told.knows_caps && told.knows_home && told.knows_directory);
}

TEST_F(Shelf, MemoryHasABound) {
  for (int i = 0; i < 100; ++i)
    add(R"({"type":"policy","policy":{"sha":"00112233445566778899","gen":)" + std::to_string(i) +
        R"(,"text":")" + std::string(4u << 20, 'x') + "\"}}");
  EXPECT_TRUE(shelf_.full());
  EXPECT_LT(shelf_.all().size(), 33u);
  for (std::size_t i = 0; i < PolicyShelf::most_sessions + 10; ++i)
    add(R"({"type":"attach","run":"a","session":)" + std::to_string(i) + "}");
}

TEST(RebuiltPolicy, SaysWhatTheLogDoesNotTell) {
  const std::string text = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["sync"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_CHOWN"]}}],
  "supervise": {"rules": [{"syscalls": ["@mkdir"], "path": ["~/x", "${PWD}/y"], "action": "allow"}]}})";
  const auto made = rebuild("p.json", text, {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->unsure.size(), 3u);
  EXPECT_TRUE(made->lacks_home);
  Surroundings all;
  all.knows_caps = all.knows_home = all.knows_directory = true;
  all.environment.home = "/h", all.environment.directory = "/w";
  EXPECT_TRUE(rebuild("p.json", text, all)->unsure.empty());
  EXPECT_TRUE(rebuild("p.json", "{\"supervise\": {}}", {})->unsure.empty());
  EXPECT_EQ(rebuild("p.json", "{", {}).error().what.substr(0, 11), "p.json:1:2:");
}

}  // namespace
}  // namespace scsup::analysis
