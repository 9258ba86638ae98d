// A log that counts like calls: nothing is lost, and what an amend names is there.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "supervisor/audit/log.h"

namespace scsup {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// Holds the first append up until it is let go. The first one with a line of several calls appends `most`
// lines, and the process is gone.
class Mortal : public Appender {
 public:
  Mortal(std::unique_ptr<Appender> log, std::size_t most, std::shared_future<void> go)
      : log_(std::move(log)), most_(most), go_(std::move(go)) {}

  Appended append(std::span<const LogLine> lines, Sync sync, const Announce& announce) override {
    go_.wait();
    const auto is_of_several = [](const LogLine& line) {
      return line.text.find(",\"count\":") != line.text.npos;
    };
    if (std::ranges::none_of(lines, is_of_several)) return log_->append(lines, sync, announce);
    (void)log_->append(lines.first(std::min(most_, lines.size())), sync, announce);
    _exit(0);
  }
  void open_with_run(OwnedLine line) override { log_->open_with_run(std::move(line)); }
  void open_with(const std::string& key, OwnedLine line) override { log_->open_with(key, std::move(line)); }
  void remark(std::string_view type, std::string members) override { log_->remark(type, std::move(members)); }
  std::string_view written() const override { return log_->written(); }

 private:
  const std::unique_ptr<Appender> log_;
  const std::size_t most_;
  const std::shared_future<void> go_;
};

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

  std::string path() const { return directory_ + "/audit.jsonl"; }
  LogParts parts() const {
    auto fd = open_log_file(path());
    auto parts = open_log(std::move(*fd), path(), path(), settings_, "000000000000000a");
    EXPECT_TRUE(parts && parts->journal);
    return std::move(*parts);
  }
  std::unique_ptr<Log> log() const { return std::make_unique<Log>(parts()); }
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
    std::ifstream in(path());
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

// However far it came with the lines of several calls.
TEST_F(CountingLog, OfOneThatIsKilledEachCallIsThereOnce) {
  for (const Sealing seal : {Sealing::no, Sealing::yes})
    for (std::size_t appended = 0; appended <= 4; ++appended) {
      settings_.seal = seal;
      const pid_t child = fork();
      if (child == 0) {
        std::promise<void> go;
        LogParts mortal = parts();
        mortal.appender =
            std::make_unique<Mortal>(std::move(mortal.appender), appended, go.get_future().share());
        Log made(std::move(mortal));
        for (std::uint64_t id = 0; id < 300; ++id) {
          call_.operand.path = "/" + std::to_string(id % 3);
          if (!put(made, id)) _exit(1);
          made.answered(1, id);
        }
        go.set_value();
        made.end({});
        _exit(2);
      }
      int status = -1;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      ASSERT_EQ(status, 0);
      const auto recovered =
          recover_log(std::move(*open_log_file(path())), path(), path(), settings_, "000000000000000b");
      ASSERT_TRUE(recovered) << recovered.error().text();
      std::map<std::string, std::uint64_t> by_path;
      for (const Json& call : records("call")) by_path[call["obj"]["path"]] += call.value("count", 1u);
      EXPECT_EQ(by_path, (std::map<std::string, std::uint64_t>{{"/0", 100}, {"/1", 100}, {"/2", 100}}))
          << appended;
      fs::remove(path());
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
