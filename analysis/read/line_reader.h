// One line of JSON to a Record.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "analysis/read/record.h"

namespace scsup::analysis {

class LineReader {
 public:
  // Bytes that must be readable after each line. The first of them is below 0x20: a line's end, or 0.
  static constexpr std::size_t padding = 64;

  LineReader();
  ~LineReader();

  // False: it isn't a JSON object, or is cut off; broken() says why. Members whose type differs from the record's are
  // ignored. Not thread-safe: one for each thread.
  bool read(std::string_view line, Record& record);
  // The same by the general parser only, for a line in any layout.
  bool parse(std::string_view line, Record& record);

  // Takes the first line, with its '\n', from `text`, which isn't empty.
  enum class Line : std::uint8_t { record, blank, broken };
  Line next(std::string_view& text, Record& record);

  const std::string& broken() const { return broken_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::string broken_;
};

}  // namespace scsup::analysis
