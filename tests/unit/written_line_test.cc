// The fast way to read a line: it knows the layout of our writer, and never disagrees with the parser.
#include "analysis/read/written_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <random>

#include "analysis/read/line_reader.h"
#include "supervisor/audit/renderer.h"
#include "supervisor/audit/store/like_lines.h"
#include "supervisor/audit/store/log_line.h"
#include "tests/unit/same_record.h"

namespace scsup::analysis {
namespace {

// As in a block: with padding after it. True: the fast way accepted it, to its end.
bool is_quick(const std::string& line, Record& record, std::string& memory) {
  memory = line;
  memory.resize(line.size() + LineReader::padding, '\0');
  record = Record();
  static WrittenLine reader;  // remembers callers of earlier lines
  const char* const end = memory.data() + line.size();
  return reader.read(memory.data(), end, record) == end;
}

// What the fast way accepts the parser accepts too, with the same result.
void expect_same(const std::string& line, bool* was_quick = nullptr) {
  std::string memory, again = line;
  Record quick, parsed;
  const bool taken = is_quick(line, quick, memory);
  if (was_quick) *was_quick = taken;
  if (!taken) return;
  LineReader reader;
  again.resize(line.size() + LineReader::padding, '\0');
  ASSERT_TRUE(reader.parse(std::string_view(again).substr(0, line.size()), parsed)) << line;
  EXPECT_EQ(difference(quick, parsed), "") << line;
}

// Every form of call and task that our writer produces.
std::vector<std::string> written() {
  std::vector<std::string> lines;
  Renderer renderer("25d487658c2e4f89", Redaction());
  const auto keep = [&](const LogLine& line) {
    std::string text;
    append_numbered(text, line, lines.size() + 1);
    text.pop_back();
    lines.push_back(text);
  };
  const std::string process = render(Process{11, 10, 99, "mkdir", "/usr/bin/mkdir", "/srv", 0, 1000});
  const std::string container = render(Container{{"engine", "podman"}, {"id", "c0ffee"}, {"name", "web"}});
  const std::string policy = R"("sha":"0f","gen":4)", resolved = "/srv/a";
  Origin origin;
  origin.id = "no-mkdir";
  origin.at = "p.json:6:7";
  Call call;
  call.syscall = find_syscall("mkdir");
  call.nr = 83;
  call.args = {0x7ffd, 0x1ff};
  for (const bool known : {true, false})
    for (const bool in_container : {true, false})
      for (const int err : {0, EPERM})
        for (const std::optional<std::int64_t> value :
             {std::optional<std::int64_t>(), std::optional<std::int64_t>(-3)})
          for (const bool with_path : {true, false}) {
            call.operand.path.reset();
            if (with_path) call.operand.path = "a";
            call.operand.path_error = with_path ? 0 : EFAULT;
            call.operand.dirfd = with_path ? AT_FDCWD : 5;
            call.flags = with_path ? 0x100 : 0;
            CallRecord record;
            record.id = 9;
            record.session = 3;
            record.tid = 12;
            record.call = &call;
            record.origin = &origin;
            if (known) record.process = &process;
            if (in_container) record.container = &container;
            if (with_path) record.resolved = &resolved;
            if (known) record.policy = &policy;
            record.err = err;
            record.value = value;
            record.act = err ? Act::deny : Act::allow;
            record.how = err ? How::answered : How::performed;
            record.gone = in_container;
            record.mono_ns = in_container ? 37120916999246 : 9007199254740991;  // up for 104 days
            record.decision_ns = 1234;
            keep(renderer.call(record));
            OwnedLine several(renderer.call(record));
            const LogLine twice[] = {several.view(), several.view()};
            keep(LikeLines(twice, {}).lines()[0]);
            keep(renderer.task(record));
          }
  lines.emplace_back(
      R"({"type":"seal","time":"2026-01-31T08:31:11.000000001Z","first":1,"last":64,"prev":"00ff","sha256":"ab12"})");
  lines.emplace_back(
      R"({"type":"seal","time":"2026-01-31T08:31:11.000000001Z","first":1,"last":64,"key":7,"prev":"00ff","sha256":"ab12","mac":"cd"})");
  return lines;
}

TEST(WrittenLine, WhatOurWriterWritesIsTaken) {
  const std::vector<std::string> lines = written();
  ASSERT_EQ(lines.size(), 98u);
  for (const std::string& line : lines) {
    bool quick = false;
    expect_same(line, &quick);
    EXPECT_TRUE(quick) << "the writer's order has changed, and reading is slow now: " << line;
  }
}

// Any byte changed, inserted or removed, any length, any part twice: the parser's answer, or none.
TEST(WrittenLine, WhatItTakesIsWhatTheParserTakes) {
  const std::vector<std::string> lines = written();
  const std::string bytes =
      std::string("\"\\{}[],: 0123456789-+.eEtfn\n\r\t\x01\x1f\x7f\x80\xc3\xa9\xff") + '\0';
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return random() % n; };
  std::size_t quick = 0, all = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string line = lines[below(lines.size())];
    for (std::size_t change = 0; change <= below(2); ++change) {
      const std::size_t at = below(line.size());
      const std::string_view byte(&bytes[below(bytes.size())], 1);
      switch (below(5)) {
        case 0:
          line.replace(at, 1, byte);
          break;
        case 1:
          line.insert(at, byte);
          break;
        case 2:
          line.erase(at, 1 + below(20));
          break;
        case 3:
          line.insert(below(line.size()), line.substr(at, below(60)));
          break;
        default:
          line.resize(at + 1);
      }
    }
    bool taken = false;
    expect_same(line, &taken);
    if (HasFatalFailure()) return;
    quick += taken;
    ++all;
  }
  EXPECT_GT(quick, all / 20) << "nothing was compared";
  EXPECT_LT(quick, all);
}

TEST(WrittenLine, EveryCutIsSeen) {
  const std::string line = written()[0];
  std::string memory;
  Record record;
  for (std::size_t size = 0; size < line.size(); ++size)
    EXPECT_FALSE(is_quick(line.substr(0, size), record, memory)) << size;
}

TEST(WrittenLine, NumbersAreJsonsOrLeftToTheParser) {
  const std::string line = written()[0];
  const std::string number = "\"dec_ns\":1234";
  for (const auto& [text, taken] : std::vector<std::pair<std::string, bool>>{{"0", true},
                                                                             {"-1", true},
                                                                             {"12345678", true},
                                                                             {"123456789", true},
                                                                             {"999999999999999", true},
                                                                             {"1234567890123456", true},
                                                                             {"12345678901234567", false},
                                                                             {"9223372036854775808", false},
                                                                             {"-0", false},
                                                                             {"00", false},
                                                                             {"01", false},
                                                                             {"-", false},
                                                                             {"", false},
                                                                             {"1.0", false},
                                                                             {"1e3", false},
                                                                             {"+1", false},
                                                                             {"null", false}}) {
    std::string changed = line;
    changed.replace(changed.find(number), number.size(), "\"dec_ns\":" + text);
    bool quick = false;
    expect_same(changed, &quick);
    EXPECT_EQ(quick, taken) << text;
  }
}

TEST(WrittenLine, CountsAreNumbersOfCallsOrLeftToTheParser) {
  const std::string line = written()[1];
  const std::string number = "\"count\":2";
  ASSERT_NE(line.find(number), std::string::npos);
  for (const auto& [text, taken] : std::vector<std::pair<std::string, bool>>{{"1", true},
                                                                             {"2", true},
                                                                             {"4294967295", true},
                                                                             {"4294967296", false},
                                                                             {"0", false},
                                                                             {"-1", false},
                                                                             {"1e300", false},
                                                                             {"\"2\"", false}}) {
    std::string changed = line;
    changed.replace(changed.find(number), number.size(), "\"count\":" + text);
    bool quick = false;
    expect_same(changed, &quick);
    EXPECT_EQ(quick, taken) << text;
  }
}

}  // namespace
}  // namespace scsup::analysis
