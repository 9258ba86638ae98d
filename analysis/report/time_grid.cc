#include "analysis/report/time_grid.h"

#include <chrono>

namespace scsup::analysis {
namespace {

// The number that `size` digits from `at` on are; -1: they aren't digits.
int digits(std::string_view text, std::size_t at, std::size_t size) {
  int value = 0;
  for (const char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return -1;
    value = 10 * value + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<std::int64_t> milliseconds(std::string_view time) {
  using namespace std::chrono;
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  if (time.size() < form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == 'd' ? time[i] < '0' || time[i] > '9' : time[i] != form[i]) return std::nullopt;
  const year_month_day date{year(digits(time, 0, 4)), month(static_cast<unsigned>(digits(time, 5, 2))),
                            day(static_cast<unsigned>(digits(time, 8, 2)))};
  if (!date.ok()) return std::nullopt;
  std::int64_t seconds = duration_cast<std::chrono::seconds>(sys_days(date).time_since_epoch()).count();
  seconds += 3600 * digits(time, 11, 2) + 60 * digits(time, 14, 2) + digits(time, 17, 2);
  const int ms = time.size() >= 23 && time[19] == '.' ? digits(time, 20, 3) : 0;
  return 1000 * seconds + std::max(ms, 0);
}

TimeGrid::Row& TimeGrid::of(std::string_view row) {
  if (const auto found = rows_.find(row); found != rows_.end()) return found->second;
  return rows_[rows_.size() < most_rows ? std::string(row) : "(others)"];
}

void TimeGrid::coarsen() {
  ++shift_;
  first_ >>= 1;
  last_ >>= 1;
  for (auto& [name, row] : rows_) {
    Row joined;
    for (const auto& [column, cell] : row) {
      joined[column >> 1].calls += cell.calls;
      joined[column >> 1].denied += cell.denied;
    }
    row = std::move(joined);
  }
}

// `column` in present steps.
void TimeGrid::include(std::int64_t column) {
  if (first_ > last_) first_ = last_ = column;
  first_ = std::min(first_, column);
  last_ = std::max(last_, column);
  while (last_ - first_ >= most_columns) coarsen();
}

void TimeGrid::add(std::string_view row, std::int64_t ms, Cell cell) {
  if (ms >> shift_ < first_ || ms >> shift_ > last_) include(ms >> shift_);
  Cell& here = of(row)[ms >> shift_];
  here.calls += cell.calls;
  here.denied += cell.denied;
}

void TimeGrid::add(const TimeGrid& other) {
  while (shift_ < other.shift_) coarsen();
  for (const auto& [name, row] : other.rows_)
    for (const auto& [column, cell] : row) add(name, column << other.shift_, cell);
}

}  // namespace scsup::analysis
