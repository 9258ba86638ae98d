#include "analysis/count/time_grid.h"

#include <algorithm>
#include <utility>

namespace scsup::analysis {

void TimeGrid::Row::add(std::int64_t column, const Counts& counts) {
  all += counts;
  cells[column] += counts;
}

void TimeGrid::Row::add(const Row& other) {
  for (const auto& [column, counts] : other.cells) add(column, counts);
}

TimeGrid::Row& TimeGrid::of(std::string_view name) {
  if (const auto found = rows_.find(name); found != rows_.end()) return found->second;
  if (rows_.size() >= most_names_) return others_;
  Row& row = rows_[std::string(name)];
  row.name = name;
  return row;
}

void TimeGrid::coarsen() {
  ++shift_;
  const auto halve = [](Row& row) {
    std::map<std::int64_t, Counts> wider;
    for (const auto& [column, counts] : row.cells) wider[column >> 1] += counts;
    row.cells = std::move(wider);
  };
  for (auto& [name, row] : rows_) halve(row);
  halve(others_);
}

void TimeGrid::include(std::int64_t first, std::int64_t last) {
  first_ = is_empty() ? first : std::min(first_, first);
  last_ = std::max(last_, last);
  while (columns() > most_columns_) coarsen();
}

void TimeGrid::add(std::string_view name, std::int64_t time, bool is_denied, std::uint64_t calls) {
  if (time < first_ || time > last_) include(time, time);
  of(name).add(time >> shift_, {calls, is_denied ? calls : 0});
}

void TimeGrid::add(const TimeGrid& other) {
  if (other.is_empty()) return;
  while (shift_ < other.shift_) coarsen();
  include(other.first_, other.last_);
  const int narrower = shift_ - other.shift_;
  const auto take = [narrower](Row& row, const Row& theirs) {
    for (const auto& [column, counts] : theirs.cells) row.add(column >> narrower, counts);
  };
  for (const auto& [name, theirs] : other.rows_) take(of(name), theirs);
  take(others_, other.others_);
}

std::vector<TimeGrid::Row> TimeGrid::rows(std::size_t most) const {
  std::vector<const Row*> sorted;
  for (const auto& [name, row] : rows_) sorted.push_back(&row);
  std::ranges::sort(sorted, [](const Row* a, const Row* b) {
    return a->all.calls != b->all.calls ? a->all.calls > b->all.calls : a->name < b->name;
  });
  std::vector<Row> rows;
  Row rest = others_;
  for (const Row* row : sorted)
    if (rows.size() < most)
      rows.push_back(*row);
    else
      rest.add(*row);
  if (rest.all.calls != 0) rows.push_back(std::move(rest));
  return rows;
}

std::vector<TimeGrid::Counts> TimeGrid::spread(const Row& row, std::size_t columns) const {
  std::vector<Counts> counts(columns);
  const double span = static_cast<double>(last_ - first_ + 1);
  for (const auto& [column, some] : row.cells) {
    const std::int64_t middle = std::clamp(column * width() + width() / 2, first_, last_);
    const double share = static_cast<double>(middle - first_) / span;
    counts[std::min(static_cast<std::size_t>(share * static_cast<double>(columns)), columns - 1)] += some;
  }
  return counts;
}

}  // namespace scsup::analysis
