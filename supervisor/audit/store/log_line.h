// A rendered record without its number, which is only known when it is appended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace scsup {

struct LogLine {
  std::string_view text;   // {"type":"call","run":"...", ... }\n
  std::uint32_t split;     // where ,"seq":N goes
  std::uint32_t told = 1;  // of how many records it is all that is written
};

struct OwnedLine {
  std::string text;
  std::uint32_t split = 0;

  OwnedLine() = default;
  explicit OwnedLine(const LogLine& line) : text(line.text), split(line.split) {}
  LogLine view() const { return {text, split}; }
};

// `more`: members that follow the number, each with its comma before it.
void append_numbered(std::string& out, const LogLine& line, std::uint64_t seq, std::string_view more = {});

// A remark of the writer itself: `members` is rendered, and may be empty.
OwnedLine remark_line(std::string_view type, std::string_view run, std::string_view time,
                      std::string_view members);

}  // namespace scsup
