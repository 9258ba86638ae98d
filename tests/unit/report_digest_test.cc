// What a report adds up: the same however records are distributed among threads, and bounded whatever they contain.
#include <gtest/gtest.h>

#include <random>

#include "analysis/read/instant.h"
#include "analysis/read/scan.h"
#include "analysis/report/digest_json.h"

namespace scsup::analysis {
namespace {

// A record, and the strings that it points to.
struct Words {
  std::string time, exe, path, syscall, rule;
  Record record;

  Words(int i, std::int64_t pid, std::int64_t ppid, bool denied) {
    char text[40];
    std::snprintf(text, sizeof text, "2026-01-%02dT%02d:%02d:%02d.000000000Z", 1 + i % 28, i % 24, i % 60,
                  i * 7 % 60);
    time = text;
    exe = "/bin/" + std::to_string(pid % 7);
    path = "/srv/" + std::to_string(i % 90);
    syscall = "call" + std::to_string(i % 11);
    rule = "rule" + std::to_string(i % 5);
    record.type = Type::call;
    record.seq = i;
    record.time = time;
    record.pid = pid;
    record.ppid = ppid;
    record.exe = exe;
    record.path = path;
    record.syscall = syscall;
    record.rule = rule;
    record.act = denied ? "deny" : "allow";
    record.dec_ns = 1000 + i;
  }
};

nlohmann::json shown(const Digest& digest) {
  return to_json(digest, PolicyShelf(), Damage(), "log", Lengths());
}

TEST(ReportDigest, IsTheSameHoweverThreadsShareTheRecords) {
  Digest whole, parts[3];
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const Words words(i, 100 + i % 40, 99 + i % 40, i % 3 == 0);
    whole.add(words.record);
    parts[random() % 3].add(words.record);
  }
  parts[0].add(parts[1]);
  parts[0].add(parts[2]);
  EXPECT_TRUE(shown(whole) == shown(parts[0]))
      << nlohmann::json::diff(shown(whole), shown(parts[0])).dump().substr(0, 500);
  EXPECT_EQ(shown(whole)["denials"].size(), 55u);
}

TEST(ReportDigest, TimeFitsItsColumnsHoweverLongItIs) {
  TimeGrid grid(240, 512);
  grid.add("a", 1000, false, 1);
  grid.add("a", 1001, true, 1);
  EXPECT_EQ(grid.width(), 1);
  EXPECT_EQ(grid.columns(), 2);
  grid.add("b", 0, false, 1);
  grid.add("b", *microseconds_of("9999-12-31T23:59:59.999Z"), false, 1);
  EXPECT_LE(grid.columns(), 240);
  std::uint64_t calls = 0;
  for (const TimeGrid::Row& row : grid.rows(2))
    for (const auto& [column, counts] : row.cells) {
      EXPECT_GE(column, grid.first_column());
      EXPECT_LT(column, grid.first_column() + grid.columns());
      calls += counts.calls;
    }
  EXPECT_EQ(calls, 4u);
}

TEST(ReportDigest, WhatIsNoTimeIsNone) {
  EXPECT_EQ(microseconds_of("1970-01-01T00:00:01.234567891Z"), 1234567);
  EXPECT_EQ(microseconds_of("2026-01-31T08:31:11Z"), 1769848271000000);
  for (const char* text : {"", "yesterday", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
                           "2026-01-31 08:31:11Z", "2026-01-31T08:31:11", "0001-01-01T00:00:00Z"})
    EXPECT_EQ(microseconds_of(text), std::nullopt) << text;
}

TEST(ReportDigest, ProcessesThatAreEachOthersChildrenAreATreeAllTheSame) {
  Digest digest;
  for (const auto& [pid, ppid] : {std::pair(1, 2), {2, 1}, {3, 3}, {4, 1}})
    digest.add(Words(5, pid, ppid, false).record);
  const auto rows = shown(digest)["processes"];
  ASSERT_EQ(rows.size(), 4u);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_LT(rows[i]["parent"].get<int>(), static_cast<int>(i));
}

TEST(ReportDigest, AProcessHasTheProgramThatItRanLastThoughItCalledNoMore) {
  Words shell(1, 7, 1, false), exec(2, 7, 1, false);
  exec.record.type = Type::task;
  exec.record.syscall = "execve";
  exec.record.path = "/bin/make";
  Digest digest;
  digest.add(shell.record);
  digest.add(exec.record);
  const auto process = shown(digest)["processes"][0];
  EXPECT_EQ(process["programs"], nlohmann::json({shell.exe, "/bin/make"}));
  EXPECT_EQ(process["calls"], 1);
}

TEST(ReportDigest, MemoryHasABound) {
  Digest digest;
  for (int i = 0; i < 100000; ++i) {
    Words words(i, i, i + 1, true);
    words.rule += std::to_string(i);
    words.syscall += std::to_string(i);
    words.record.rule = words.rule;
    words.record.syscall = words.syscall;
    digest.add(words.record);
  }
  EXPECT_EQ(digest.denials.rows().size(), Denials::most);
  EXPECT_EQ(digest.denials.others(), 100000 - Denials::most);
  EXPECT_EQ(digest.processes.all().size(), Processes::most);
  EXPECT_EQ(digest.times.rows(SIZE_MAX).size(), 512u + 1);
  EXPECT_EQ(shown(digest)["total"]["denied"], 100000);
}

TEST(ReportDigest, TheVerdictIsASentence) {
  Digest digest;
  EXPECT_EQ(verdict(digest), "The log holds no calls.");
  digest.add(Words(1, 1, 0, false).record);
  EXPECT_EQ(verdict(digest), "Nothing was denied: 1 call was allowed.");
  digest.add(Words(2, 1, 0, true).record);
  EXPECT_EQ(verdict(digest), "1 of 2 calls was denied, all by one rule: call2 from /bin/1, by rule2 (1).");
  Words other(3, 1, 0, true);
  other.record.rule = "";
  other.record.by_default = true;
  digest.add(other.record);
  digest.add(other.record);
  EXPECT_EQ(verdict(digest),
            "3 of 4 calls were denied, by 1 rule and the default; most often call3 from /bin/1, by the "
            "default (2).");
}

}  // namespace
}  // namespace scsup::analysis
