// Logs as blocks of lines: nothing is lost, cut or out of order.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "analysis/read/scan.h"
#include "analysis/read/source.h"

namespace scsup::analysis {
namespace {

namespace fs = std::filesystem;

class Logs : public testing::Test {
 protected:
  Logs() {
    std::string name = fs::temp_directory_path() / "scsup-logs-XXXXXX";
    work_ = mkdtemp(name.data());
  }
  ~Logs() override { fs::remove_all(work_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(work_ + "/" + name, std::ios::binary) << text;
    return work_ + "/" + name;
  }
  static std::string compressed(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
    return out;
  }
  static std::string call(int seq, std::size_t padding = 0) {
    return R"({"type":"call","seq":)" + std::to_string(seq) + R"(,"pad":")" + std::string(padding, 'x') +
           "\"}\n";
  }
  // "FILE:LINE:SEQ " of each record.
  static std::string read(const std::vector<std::string>& names, Damage* damage = nullptr,
                          unsigned threads = 1) {
    auto source = Source::open(names);
    if (!source) return source.error().text();
    std::string all;
    Damage found = scan(*source, {threads}, [&](unsigned, const Record& record, const Place& place) {
      all += std::to_string(place.file) + ":" + std::to_string(place.line) + ":" +
             std::to_string(record.seq) + " ";
    });
    if (damage) *damage = std::move(found);
    return all;
  }
  std::string work_;
};

TEST_F(Logs, LinesComeWithTheirPlace) {
  const std::string one = write("one", call(1) + "\n" + call(2)),
                    two = write("two", call(3) + R"({"type":"call","seq":4})");
  EXPECT_EQ(read({one, two}), "0:1:1 0:3:2 1:1:3 1:2:4 ");
  EXPECT_EQ(read({write("empty", "")}), "");
}

TEST_F(Logs, ADirectoryIsItsSegmentsByName) {
  write("audit-2.jsonl", call(2));
  write("audit-1.jsonl.zst", compressed(call(1)));
  write("audit-3.jsonl.torn", "{");
  write(".audit-0.jsonl", "{");
  EXPECT_EQ(read({work_}), "0:1:1 1:1:2 ");
  fs::create_directory(work_ + "/none");
  EXPECT_EQ(read({work_ + "/none"}), "there is no *.jsonl and no *.jsonl.zst in '" + work_ + "/none'");
}

TEST_F(Logs, ARotationBetweenListingAndReadingLosesNothing) {
  write("audit-1.jsonl", call(1));
  const std::string live = write("audit.jsonl", call(2));
  auto source = Source::open({work_});
  ASSERT_TRUE(source);
  fs::rename(live, work_ + "/audit-2.jsonl");
  write("audit.jsonl", call(3));
  for (const std::string segment : {"/audit-1.jsonl", "/audit-2.jsonl"}) {  // compressed meanwhile
    std::stringstream text;
    text << std::ifstream(work_ + segment).rdbuf();
    write(segment.substr(1) + ".zst", compressed(text.str()));
    fs::remove(work_ + segment);
  }
  std::string all;
  const Damage damage = scan(*source, {1}, [&](unsigned, const Record& record, const Place& place) {
    all += fs::path(source->files()[place.file]).filename().string() + ":" + std::to_string(record.seq) + " ";
  });
  EXPECT_EQ(all, "audit-1.jsonl:1 audit.jsonl:2 ");
  EXPECT_FALSE(damage.any());
  EXPECT_EQ(read({work_}), "0:1:1 1:1:2 2:1:3 ");
  write("audit-2.jsonl", call(2));  // while a segment is compressed it exists twice
  EXPECT_EQ(read({work_}), "0:1:1 1:1:2 2:1:3 ");
}

TEST_F(Logs, BlocksAreCutBetweenLines) {
  std::string text, expected;
  for (int i = 1; i <= 3000; ++i) {
    text += call(i, static_cast<std::size_t>(i) * 7);
    expected += "0:" + std::to_string(i) + ":" + std::to_string(i) + " ";
  }
  ASSERT_GT(text.size(), 3u * (4u << 20));
  EXPECT_EQ(read({write("many", text)}), expected);
  EXPECT_EQ(read({write("many.zst", compressed(text))}), expected);
  // With several threads, too, each is seen once.
  auto source = Source::open({work_ + "/many"});
  std::array<std::uint64_t, 3> sums{};
  const Damage damage = scan(*source, {3}, [&](unsigned worker, const Record& record, const Place&) {
    sums[worker] += static_cast<std::uint64_t>(record.seq);
  });
  EXPECT_EQ(sums[0] + sums[1] + sums[2], 3000u * 3001 / 2);
  EXPECT_FALSE(damage.any());
}

TEST_F(Logs, ALongLineIsReadWhole) {
  EXPECT_EQ(read({write("long", call(1) + call(2, 10u << 20) + call(3))}), "0:1:1 0:2:2 0:3:3 ");
  EXPECT_EQ(read({write("long.zst", compressed(call(1) + call(2, 10u << 20) + call(3)))}),
            "0:1:1 0:2:2 0:3:3 ");
  // Beyond the end of one thread's range, or of several.
  EXPECT_EQ(read({write("longer", call(1, 1u << 20) + call(2, 30u << 20) + call(3))}), "0:1:1 0:2:2 0:3:3 ");
}

TEST_F(Logs, ALineThatIsTooLongIsOneBrokenLine) {
  Damage damage;
  EXPECT_EQ(read({write("huge", call(1) + call(2, 2 * longest_line) + call(3))}, &damage), "0:1:1 0:3:3 ");
  EXPECT_EQ(damage.broken, 1u);
}

// A range ends at each byte of a line once: no line is lost, none is read twice.
TEST_F(Logs, RangesEndAnywhereInALine) {
  const std::size_t range = 8u << 20;
  const std::string last = call(3);
  for (std::size_t before = 0; before <= last.size() + 1; ++before) {
    std::string text = call(1);
    text += call(2, range - before - text.size() - call(2).size()) + last + call(4);
    EXPECT_EQ(read({write("ranges", text)}), "0:1:1 0:2:2 0:3:3 0:4:4 ") << before;
  }
}

// Several threads read; to name a line, those that the others read must be counted.
TEST_F(Logs, BrokenLinesAreNamedFromSeveralThreads) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += call(i, 1u << 20) + (i % 10 == 9 ? "no log\n" : "");
  auto source = Source::open({write("one", text), write("two", text)});
  const Damage damage = scan(*source, {3}, [](unsigned, const Record&, const Place&) {});
  EXPECT_EQ(damage.broken, 8u);
  ASSERT_EQ(damage.first.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(damage.first[i].place.file, i / 4);
    EXPECT_EQ(damage.first[i].place.line, 11 * (i % 4 + 1));
  }
}

TEST_F(Logs, AFileThatIsCutWhileItIsReadEndsThere) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += call(i, 1u << 20);
  const std::string name = write("cut", text);
  auto source = Source::open({name});
  std::size_t seen = 0;
  const Damage damage = scan(*source, {1}, [&](unsigned, const Record&, const Place&) {
    if (++seen == 1) fs::resize_file(name, 0);
  });
  EXPECT_GE(seen, 1u);
  EXPECT_LT(seen, 30u);
  EXPECT_EQ(damage.error, "");
}

TEST_F(Logs, WhatIsBrokenIsNamedAndTheRestIsRead) {
  std::string text =
      call(1) + "no log\n" + call(2) + std::string(100, '\0') + "\n" + call(3) + R"({"type":"call","se)";
  Damage damage;
  EXPECT_EQ(read({write("torn", text)}, &damage), "0:1:1 0:3:2 0:5:3 ");
  ASSERT_EQ(damage.broken, 3u);
  ASSERT_EQ(damage.first.size(), 3u);
  EXPECT_EQ(damage.first[0].place.line, 2u);
  EXPECT_EQ(damage.first[1].place.line, 4u);
  EXPECT_EQ(damage.first[2].place.line, 6u);
  EXPECT_EQ(damage.first[0].place.offset, call(1).size());

  const std::string half = compressed(call(1) + call(2));
  EXPECT_EQ(read({write("half.zst", half.substr(0, half.size() - 3))}, &damage), "");
  EXPECT_EQ(damage.error, "'" + work_ + "/half.zst' ends in the middle of its compressed text");
  EXPECT_EQ(read({work_ + "/absent"}), "cannot open '" + work_ + "/absent': No such file or directory");
}

}  // namespace
}  // namespace scsup::analysis
