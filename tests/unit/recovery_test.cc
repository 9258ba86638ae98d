// What a dead supervisor had put into its journal gets into the log once, wherever the log has gone since.
#include "supervisor/audit/store/recovery.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "supervisor/audit/log.h"
#include "supervisor/audit/store/journal.h"
#include "supervisor/audit/store/log_bytes.h"
#include "supervisor/audit/store/log_file.h"

namespace scsup {
namespace {

namespace fs = std::filesystem;

class Recovery : public testing::TestWithParam<bool> {
 protected:
  Recovery() {
    char name[] = "/tmp/scsup-recovery-XXXXXX";
    directory_ = mkdtemp(name);
    settings_.compress = GetParam();
  }
  ~Recovery() override { fs::remove_all(directory_); }

  std::unique_ptr<LogFile> log(const std::string& run) const {
    auto fd = open_log_file(path());
    auto opened = LogFile::open(std::move(*fd), path(), settings_, run);
    EXPECT_TRUE(opened) << opened.error().text();
    return std::move(*opened);
  }
  std::string path() const { return directory_ + "/audit.jsonl"; }
  static OwnedLine line(const std::string& run, int number) {
    return remark_line("call", run, "2026-01-31T08:31:11.000000000Z", "\"id\":" + std::to_string(number));
  }
  static void append(LogFile& log, const std::string& run, int number) {
    const OwnedLine owned = line(run, number);
    const LogLine view = owned.view();
    EXPECT_TRUE(log.append({&view, 1}, Sync::no, {}).over);
  }
  // A supervisor that puts three lines, and dies when `appended` of them are in the log, before it could note that.
  void die(const std::string& run, std::size_t appended) const {
    const auto dead = log(run);
    append(*dead, run, 0);
    const auto journal = std::move(*Journal::create(directory_ + "/.audit.jsonl." + run + ".journal", run));
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(journal->put(line(run, i).view()));
    Journal::Waiting waiting;
    journal->waiting(waiting);
    const Announce intend = [&](off_t offset, std::uint64_t first_seq) {
      journal->intend({waiting.ends.back(), static_cast<std::uint64_t>(offset), first_seq});
    };
    waiting.lines.resize(appended);
    EXPECT_TRUE(dead->append(waiting.lines, Sync::no, intend).over);
  }
  // One that counts like calls: six wait, of which the first, third and fifth were to be told by the first of
  // three lines, the second by the second, the others by the third. The owner dies
  // when `appended` of the lines are in the log.
  std::unique_ptr<Journal> die_counting(const std::string& run, std::size_t appended) const {
    const auto dead = log(run);
    append(*dead, run, 0);
    auto journal = std::move(*Journal::create(directory_ + "/.audit.jsonl." + run + ".journal", run));
    for (int i = 1; i <= 6; ++i) EXPECT_TRUE(journal->put(line(run, i).view()));
    Journal::Waiting waiting;
    journal->waiting(waiting);
    waiting.places = {1, 2, 1, 3, 1, 3};
    std::vector<LogLine> lines = {waiting.lines[0], waiting.lines[1], waiting.lines[3]};
    lines.resize(appended);
    const Announce intend = [&](off_t offset, std::uint64_t first_seq) {
      journal->intend({waiting.ends.back(), static_cast<std::uint64_t>(offset), first_seq}, waiting);
    };
    EXPECT_TRUE(dead->append(lines, Sync::no, intend).over);
    return journal;
  }
  // "RUN:ID " of each line of all segments, in order.
  std::string all() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_))
      if (!entry.path().filename().string().starts_with('.')) files.push_back(entry.path());
    std::ranges::sort(files);
    std::string found;
    for (const std::string& file : files) {
      auto bytes = LogBytes::open(file);
      std::string text;
      for (auto more = bytes->next(); more && !more->empty(); more = bytes->next()) text += *more;
      std::istringstream lines(text);
      for (std::string one; std::getline(lines, one);)
        if (const std::size_t id = one.find("\"id\":"); id != std::string::npos)
          found += std::string(run_of(one)).substr(15) + ":" + one.substr(id + 5, one.size() - id - 6) + " ";
    }
    return found;
  }

  std::string directory_;
  AuditSettings settings_;
  const std::string dead_ = "000000000000000d", living_ = "000000000000000a";
};

TEST_P(Recovery, IsOnceHoweverFarItCame) {
  for (std::size_t appended = 0; appended <= 3; ++appended) {
    die(dead_, appended);
    const auto heir = log(living_);
    EXPECT_EQ(*recover_journals(*heir), 3 - appended);
    EXPECT_EQ(all(), "d:0 d:1 d:2 d:3 ") << appended;
    EXPECT_EQ(*recover_journals(*heir), 0u);
    fs::remove(path());
  }
}

// What a line of several calls tells is there, and what none tells is appended.
TEST_P(Recovery, OfLikeCallsIsOnceHoweverFarItCame) {
  const char* const expected[] = {"d:0 d:1 d:2 d:3 d:4 d:5 d:6 ", "d:0 d:1 d:2 d:4 d:6 ",
                                  "d:0 d:1 d:2 d:4 d:6 ", "d:0 d:1 d:2 d:4 "};
  const std::uint64_t restored[] = {6, 3, 2, 0};
  for (std::size_t appended = 0; appended <= 3; ++appended) {
    (void)die_counting(dead_, appended);
    const auto heir = log(living_);
    EXPECT_EQ(*recover_journals(*heir), restored[appended]) << appended;
    EXPECT_EQ(all(), expected[appended]) << appended;
    EXPECT_EQ(*recover_journals(*heir), 0u);
    fs::remove(path());
  }
}

// The owner put more after it had begun to append.
TEST_P(Recovery, WhatWasPutBehindLikeCallsIsNotTakenForThem) {
  auto journal = die_counting(dead_, 3);
  ASSERT_TRUE(journal->put(line(dead_, 7).view()));
  journal.reset();
  const auto heir = log(living_);
  EXPECT_EQ(*recover_journals(*heir), 1u);
  EXPECT_EQ(all(), "d:0 d:1 d:2 d:4 d:7 ");
}

// At whatever point: it had marked what is there; it had also said so; it had appended some of the rest.
TEST_P(Recovery, AnHeirThatDiesTooLeavesItToTheNext) {
  for (std::size_t point = 0; point <= 4; ++point) {
    auto journal = die_counting(dead_, 1);
    Journal::Waiting waiting;
    journal->waiting(waiting);
    if (point >= 1)
      for (const std::size_t there : {0, 2}) journal->set_place(waiting.lines[there], Journal::in_the_log);
    if (point >= 2) {
      journal->set_place(waiting.lines[4], Journal::in_the_log);
      journal->intend({});
    }
    if (point >= 3) {
      const auto first_heir = log("000000000000000b");
      std::vector<LogLine> lines = {waiting.lines[1], waiting.lines[3], waiting.lines[5]};
      lines.resize(point - 3);
      journal->waiting(waiting);
      waiting.places = {Journal::in_the_log, 1, Journal::in_the_log, 2, Journal::in_the_log, 3};
      const Announce intend = [&](off_t offset, std::uint64_t first_seq) {
        journal->intend({waiting.ends.back(), static_cast<std::uint64_t>(offset), first_seq}, waiting);
      };
      EXPECT_TRUE(first_heir->append(lines, Sync::no, intend).over);
    }
    journal.reset();
    const auto heir = log(living_);
    EXPECT_EQ(*recover_journals(*heir), point == 4 ? 2u : 3u) << point;
    EXPECT_EQ(all(), "d:0 d:1 d:2 d:4 d:6 ") << point;
    fs::remove(path());
  }
}

TEST_P(Recovery, LinesOfOthersBehindThemAreNotMistaken) {
  die(dead_, 3);
  const auto other = log(living_);
  for (int i = 1; i <= 2000; ++i) append(*other, living_, i);
  EXPECT_EQ(*recover_journals(*other), 0u);
  const std::string found = all();
  EXPECT_TRUE(found.starts_with("d:0 d:1 d:2 d:3 a:1 a:2 ")) << found.substr(0, 100);
  EXPECT_EQ(std::ranges::count(found, 'd'), 4);
}

TEST_P(Recovery, ASegmentThatAnotherHasClosedSinceIsLookedAtToo) {
  for (const std::size_t appended : {0, 2, 3}) {
    die(dead_, appended);
    settings_.segment_bytes = 400;
    const auto other = log(living_);
    for (int i = 1; i <= 9; ++i) append(*other, living_, i);
    other->finish();
    ASSERT_TRUE(fs::exists(directory_ + "/audit-000000000001.jsonl" + (GetParam() ? ".zst" : "")));
    EXPECT_EQ(*recover_journals(*other), 3 - appended);
    other->finish();
    const std::string found = all();
    for (int i = 0; i <= 3; ++i) {
      const std::string one = "d:" + std::to_string(i) + " ";
      EXPECT_NE(found.find(one), std::string::npos) << found;
      EXPECT_EQ(found.find(one), found.rfind(one)) << found;
    }
    settings_.segment_bytes = 0;
    for (const auto& entry : fs::directory_iterator(directory_)) fs::remove(entry.path());
  }
}

INSTANTIATE_TEST_SUITE_P(Segments, Recovery, testing::Bool(),
                         [](const auto& which) { return which.param ? "compressed" : "plain"; });

}  // namespace
}  // namespace scsup
