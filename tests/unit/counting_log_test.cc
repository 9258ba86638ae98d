// A log that counts like calls: nothing is lost, and what an amend names is there.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "supervisor/audit/log.h"

namespace scsup {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

class CountingLog : public testing::Test {
 protected:
  CountingLog() {
    char name[] = "/tmp/scsup-counting-XXXXXX";
    directory_ = mkdtemp(name);
    settings_.same = Same::count;
    call_.syscall = find_syscall("mkdir");
    call_.nr = 83;
    call_.operand.path = "/a";
  }
  ~CountingLog() override { fs::remove_all(directory_); }

  std::unique_ptr<Log> log() {
    const std::string path = directory_ + "/audit.jsonl";
    auto fd = open_log_file(path);
    auto parts = open_log(std::move(*fd), path, path, settings_, "000000000000000a");
    EXPECT_TRUE(parts && parts->journal);
    return std::make_unique<Log>(std::move(*parts));
  }
  bool put(Log& log, std::uint64_t id, bool on_disk = false) const {
    CallRecord record;
    record.id = id;
    record.session = 1;
    record.call = &call_;
    record.origin = &origin_;
    record.err = EXFULL;
    record.on_disk = on_disk;
    return log.call(record);
  }
  std::vector<Json> records(const std::string& type) const {
    std::vector<Json> found;
    std::ifstream in(directory_ + "/audit.jsonl");
    for (std::string line; std::getline(in, line);)
      if (Json record = Json::parse(line); record["type"] == type) found.push_back(std::move(record));
    return found;
  }
  std::uint64_t counted() const {
    std::uint64_t all = 0;
    for (const Json& call : records("call")) all += call.value("count", 1u);
    return all;
  }

  std::string directory_;
  AuditSettings settings_;
  Call call_;
  Origin origin_;
};

TEST_F(CountingLog, AThousandLikeCallsAreAHandfulOfRecordsThatAddUp) {
  const auto made = log();
  for (std::uint64_t id = 0; id < 1000; ++id) {
    ASSERT_TRUE(put(*made, id));
    made->answered(1, id);
  }
  made->end({});
  EXPECT_EQ(counted(), 1000u);
  EXPECT_LT(records("call").size(), 20u);
}

TEST_F(CountingLog, WithoutItEachHasARecord) {
  settings_.same = Same::each;
  const auto made = log();
  for (std::uint64_t id = 0; id < 100; ++id) {
    ASSERT_TRUE(put(*made, id));
    made->answered(1, id);
  }
  made->end({});
  EXPECT_EQ(records("call").size(), 100u);
}

// However late its amend comes: the flush has the call appended before.
TEST_F(CountingLog, ACallThatIsAmendedIsThereByItsName) {
  const auto made = log();
  std::vector<std::uint64_t> amended;
  for (std::uint64_t id = 0; id < 200; ++id) {
    ASSERT_TRUE(put(*made, id));
    if (id % 20 == 7) {
      amended.push_back(id);
      if (id % 40 == 7) made->flush();
      ASSERT_TRUE(put(*made, 1000 + id));  // of the same thread, before the answer to the other is sent
      made->answered(1, 1000 + id);
      if (id % 40 == 7) made->flush();
      made->amend_gone(1, id);
    }
    made->answered(1, id);
  }
  made->end({});
  EXPECT_EQ(counted(), 200u + amended.size());
  std::map<std::string, Json> by_id;
  for (const Json& call : records("call")) by_id[call["id"]] = call;
  ASSERT_EQ(records("amend").size(), amended.size());
  for (const Json& amend : records("amend")) {
    ASSERT_TRUE(by_id.contains(amend["id"])) << amend;
    EXPECT_FALSE(by_id[amend["id"]].contains("count")) << amend;
  }
  EXPECT_LT(records("call").size(), 100u);
}

TEST_F(CountingLog, OfManyThreadsNothingIsLost) {
  const auto made = log();
  constexpr std::uint64_t threads = 4, calls = 5000;
  std::vector<std::thread> all;
  for (std::uint64_t thread = 0; thread < threads; ++thread)
    all.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < calls; ++i) {
        const std::uint64_t id = thread * calls + i;
        EXPECT_TRUE(put(*made, id));
        if (i % 100 == 0) made->amend_gone(1, id);
        made->answered(1, id);
      }
    });
  for (std::thread& one : all) one.join();
  made->end({});
  EXPECT_EQ(counted(), threads * calls);
  EXPECT_EQ(records("amend").size(), threads * calls / 100);
  std::map<std::string, bool> alone;
  for (const Json& call : records("call")) alone[call["id"]] = !call.contains("count");
  for (const Json& amend : records("amend")) EXPECT_TRUE(alone[amend["id"]]) << amend;
  std::int64_t seq = 0;
  for (const Json& call : records("call")) {
    EXPECT_GT(call["seq"], seq);
    seq = call["seq"];
  }
}

// What waits for the disk before its answer is open when it is appended.
TEST_F(CountingLog, WhatIsOnTheDiskBeforeItsAnswerHasARecordEach) {
  const auto made = log();
  for (std::uint64_t id = 0; id < 20; ++id) {
    ASSERT_TRUE(put(*made, id, true));
    made->answered(1, id);
  }
  made->end({});
  EXPECT_EQ(records("call").size(), 20u);
}

}  // namespace
}  // namespace scsup
