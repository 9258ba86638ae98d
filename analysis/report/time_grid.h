// Calls by time and system call. How long the log is isn't known beforehand: columns begin as milliseconds
// and are joined by twos until all fit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/report/counter.h"

namespace scsup::analysis {

// "2026-01-31T08:31:11.047..." in ms since 1970; std::nullopt: it is no such time.
std::optional<std::int64_t> milliseconds(std::string_view time);

class TimeGrid {
 public:
  static constexpr std::int64_t most_columns = 240;
  static constexpr std::size_t most_rows = 512;

  struct Cell {
    std::uint64_t calls = 0, denied = 0;
  };
  using Row = std::map<std::int64_t, Cell>;  // by column

  void add(std::string_view row, std::int64_t ms, Cell cell);
  void add(const TimeGrid& other);

  bool is_empty() const { return first_ > last_; }
  std::int64_t first() const { return first_; }  // column
  std::int64_t last() const { return last_; }
  std::int64_t step() const {
    return std::int64_t{1} << shift_;
  }  // ms; a column begins at its number of them
  const ByText<Row>& rows() const { return rows_; }

 private:
  void include(std::int64_t column);
  void coarsen();
  Row& of(std::string_view row);

  ByText<Row> rows_;
  int shift_ = 0;
  std::int64_t first_ = 0, last_ = -1;
};

}  // namespace scsup::analysis
