// Calls over time, for each of some names. Memory has a bound for any times: columns begin as microseconds, and when
// there are too many, two become one, twice as wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/count/by_text.h"

namespace scsup::analysis {

class TimeGrid {
 public:
  struct Counts {
    std::uint64_t calls = 0, denied = 0;
    Counts& operator+=(const Counts& more) {
      calls += more.calls;
      denied += more.denied;
      return *this;
    }
  };
  struct Row {
    std::string name;  // "": all others
    Counts all;
    std::map<std::int64_t, Counts> cells;  // by column

    void add(std::int64_t column, const Counts& counts);
    void add(const Row& other);
  };

  // Beyond `most_names` names are counted together.
  TimeGrid(std::int64_t most_columns, std::size_t most_names)
      : most_columns_(most_columns), most_names_(most_names) {}

  // Time: microseconds after 1970, of so many calls or denials.
  void add(std::string_view name, std::int64_t time, bool is_denied, std::uint64_t calls);
  void add(const TimeGrid& other);

  bool is_empty() const { return first_ > last_; }
  std::int64_t first() const { return first_; }  // time
  std::int64_t last() const { return last_; }
  std::int64_t width() const { return std::int64_t{1} << shift_; }  // of a column, microseconds
  // A column begins at its number of widths after 1970.
  std::int64_t first_column() const { return first_ >> shift_; }
  std::int64_t columns() const { return (last_ >> shift_) - (first_ >> shift_) + 1; }
  // Those with the most calls first, at most `most`; then the row of all others, if there are any.
  std::vector<Row> rows(std::size_t most) const;
  // A row's counts from first() to last(), in `columns` columns.
  std::vector<Counts> spread(const Row& row, std::size_t columns) const;

 private:
  void include(std::int64_t first, std::int64_t last);
  void coarsen();
  Row& of(std::string_view name);

  std::int64_t most_columns_;
  std::size_t most_names_;
  ByText<Row> rows_;
  Row others_;
  std::int64_t first_ = 0, last_ = -1;
  int shift_ = 0;
};

}  // namespace scsup::analysis
