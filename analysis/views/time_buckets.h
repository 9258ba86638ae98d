// Calls over time, for each of some names. Memory has a bound whatever the times are: when the buckets no
// longer cover them, two become one, twice as wide.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scsup::analysis {

class TimeBuckets {
 public:
  static constexpr std::int64_t most_buckets = 2048;
  // Beyond these, names are counted together.
  static constexpr std::size_t most_names = 256;

  struct Counts {
    std::uint64_t calls = 0, denied = 0;
    Counts& operator+=(const Counts& more) {
      calls += more.calls;
      denied += more.denied;
      return *this;
    }
  };
  struct Row {
    std::string name;
    Counts all;
    std::map<std::int64_t, Counts> buckets;  // by time / bucket_width()
  };

  // Time: microseconds after 1970, of a call or denial.
  void add(std::string_view name, std::int64_t time, bool denied);

  bool is_empty() const { return rows_.empty() && others_.all.calls == 0; }
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }
  std::int64_t bucket_width() const { return width_; }  // microseconds
  // The most calls first, at most so many; then one without a name of all others, if there are any.
  std::vector<Row> rows(std::size_t most) const;
  // Of a row, over first() to last(), in so many columns.
  std::vector<Counts> columns(const Row& row, std::size_t count) const;

 private:
  void widen();
  std::map<std::string, Row, std::less<>> rows_;
  Row others_;
  std::int64_t first_ = 0, last_ = -1, width_ = 1;
};

}  // namespace scsup::analysis
