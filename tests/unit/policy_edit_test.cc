// Places in a policy's text, small changes to it, and the difference as a patch.
#include "analysis/explain/policy_edit.h"

#include <gtest/gtest.h>

#include "analysis/explain/policy_text.h"
#include "analysis/explain/recorded_call.h"
#include "analysis/explain/text_patch.h"
#include "supervisor/policy/paths/path_set.h"
#include "supervisor/policy/text/json.h"

namespace scsup::analysis {
namespace {

using At = scsup::Place;

TEST(PolicyText, AValueReachesToItsEnd) {
  const std::string text = "{\"a\": [1, {\"b\": \"}]\\\"\"}],\n \"c\": true}";
  const auto at = [&](std::uint32_t line, std::uint32_t column) {
    const auto extent = extent_at(text, {line, column});
    return extent ? text.substr(extent->begin, extent->end - extent->begin) : "none";
  };
  EXPECT_EQ(at(1, 1), text);
  EXPECT_EQ(at(1, 7), "[1, {\"b\": \"}]\\\"\"}]");
  EXPECT_EQ(at(1, 2), "\"a\"");
  EXPECT_EQ(at(2, 7), "true");
  EXPECT_EQ(at(3, 1), "none");
  EXPECT_EQ(at(2, 99), "none");
  EXPECT_EQ(at(0, 1), "none");
  // Torn texts end where they are torn.
  EXPECT_EQ(extent_at("[\"a\\", {1, 1})->end, 4u);
  EXPECT_EQ(extent_at("]", {1, 1})->end, 0u);
}

TEST(PolicyText, APlaceIsWhatANameEndsWith) {
  EXPECT_EQ(place_in("a:b.json:6:7"), (At{6, 7}));
  for (const char* none :
       {"", "p.json", "p.json:7", "p.json:0:7", "p:-1:7", "p:1:99999999999999", ":::", "p:1:7x"})
    EXPECT_FALSE(place_in(none)) << none;
}

TEST(PolicyText, OfALongLineOnlyTheValueIsShown) {
  const std::string text = "{" + std::string(500, ' ') + "{\"id\": 1}" + std::string(500, ' ') + "}";
  const auto lines = quoted(text, {1, 502});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].substr(0, 21), "     1  ... {\"id\": 1}");
  EXPECT_LT(lines[0].size(), 200u);
  EXPECT_EQ(quoted("[\n\n\n\n]", {1, 1}, 3).back(), "        ...");
}

TEST(PolicyEdit, AnElementStandsAsItsNeighboursDo) {
  EXPECT_EQ(inserted_before("[\n  1,\n  2\n]", {3, 3}, "x"), "[\n  1,\n  x,\n  2\n]");
  EXPECT_EQ(inserted_before("[1, 2]", {1, 5}, "x"), "[1, x, 2]");
  EXPECT_EQ(inserted_behind("[\n\t{}\n]", {2, 2}, "x"), "[\n\t{},\n\tx\n]");
  EXPECT_EQ(inserted_behind("[{}]", {1, 2}, "x"), "[{}, x]");
  EXPECT_EQ(without_element("[1, 2, 3]", {1, 5}), "[1, 3]");
  EXPECT_EQ(without_element("[1, {\"a\": 2} ]", {1, 5}), "[1 ]");
  EXPECT_EQ(without_element("[\n  1,\n  2\n]", {2, 3}), "[\n  2\n]");
  EXPECT_EQ(without_element("[\n  1,\n  2\n]", {3, 3}), "[\n  1\n]");
  EXPECT_EQ(without_element("[1]", {1, 2}), "[]");
  EXPECT_EQ(replaced("[1, {\"a\": 2}]", {1, 5}, "x"), "[1, x]");
  EXPECT_EQ(with_member("{\n  \"a\": 1\n}", {1, 1}, "\"x\": 2"), "{\n  \"x\": 2,\n  \"a\": 1\n}");
  EXPECT_EQ(with_member("{}", {1, 1}, "\"x\": 2"), "{\"x\": 2}");
  EXPECT_EQ(inserted_before("[1]", {9, 9}, "x"), "[1]");
}

TEST(PolicyEdit, AGlobForAPathMatchesThatPathAlone) {
  for (const std::string path :
       {"/a b", "/*?[x]{y,z}\\", "/$PWD/${PWD}/~", "/\x01\x7f\"", "/\xc3\xa9", "/"}) {
    const PathGlob glob = glob_of(path);
    EXPECT_TRUE(glob.exact);
    for (const char c : glob.json) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << glob.json;
    Diagnostics none;
    const auto json = read_json(glob.json, none);
    ASSERT_TRUE(json) << glob.json;
    const auto read = read_glob(json->text, {"/home/ann", "/work"});
    ASSERT_TRUE(read) << glob.json;
    std::vector<PathSet::Entry> entries;
    for (const FlatGlob& one : *read) entries.push_back({0, one});
    const auto set = PathSet::make(std::move(entries));
    const auto matches = [&](const std::string& candidate) {
      std::pmr::vector<std::uint32_t> hits;
      set->match(candidate, hits);
      return !hits.empty();
    };
    EXPECT_TRUE(matches(path)) << glob.json;
    for (const char* other : {"/x", "/axb", "/ab", "/home/ann", "/work"})
      EXPECT_FALSE(matches(other)) << glob.json;
  }
  EXPECT_FALSE(glob_of("/a\xff").exact);
  EXPECT_EQ(glob_of("/a\xff").json, "\"/a?\"");
}

TEST(UnifiedDiff, ShowsWhatChangedWithThreeLinesAround) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n", "/etc/p.json"),
            (Lines{"--- etc/p.json", "+++ etc/p.json", "@@ -2,6 +2,7 @@", " 2", " 3", " 4", "+x", " 5", " 6",
                   " 7"}));
  EXPECT_EQ(unified_diff("a", "b", "p"),
            (Lines{"--- p", "+++ p", "@@ -1,1 +1,1 @@", "-a", "\\ No newline at end of file", "+b",
                   "\\ No newline at end of file"}));
  EXPECT_TRUE(unified_diff("a\n", "a\n", "p").empty());
  EXPECT_EQ(unified_diff("a", "a\n", "p").size(), 6u);
}

TEST(UnifiedDiff, ALineKeepsItsTabsAndNothingThatDrivesATerminal) {
  EXPECT_EQ(printable_line("\t\tx\t\r"), "\t\tx\t\r");
  EXPECT_EQ(printable_line("a\rb\x1b[2J\xc2\x9b"), "a\\015b\\033[2J\\302\\233");
}

TEST(RecordedCall, Base64IsReadOrNot) {
  EXPECT_EQ(bytes_of("L3RtcC//"), "/tmp/\xff");
  EXPECT_EQ(bytes_of("YQ=="), "a");
  EXPECT_EQ(bytes_of(""), "");
  for (const char* none : {"YQ=", "Y", "Y===", "****", "YQ==YQ=="}) EXPECT_FALSE(bytes_of(none)) << none;
}

TEST(RecordedCall, WhatIsMissingIsSaid) {
  Record record;
  record.arch = "x86_64";
  record.nr = 83;
  record.args = {"0x7f", "0x1ff"};
  record.arg_count = 2;
  record.resolved = "/a/***/b";
  ASSERT_TRUE(recorded_call(record));
  EXPECT_EQ(recorded_call(record)->call.args[1], 0777u);
  EXPECT_TRUE(recorded_call(record)->redacted);
  record.args[1] = "***";
  EXPECT_EQ(recorded_call(record).error().what, "a register is redacted, or no number");
  record.arg_count = 1;
  EXPECT_EQ(recorded_call(record).error().what, "the record lacks registers of the call");
  record.arch = "sparc";
  EXPECT_FALSE(recorded_call(record));
}

}  // namespace
}  // namespace scsup::analysis
