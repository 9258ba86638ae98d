#include "analysis/views/time_buckets.h"

#include <algorithm>

namespace scsup::analysis {

void TimeBuckets::add(std::string_view name, std::int64_t time, bool denied) {
  first_ = last_ < 0 ? time : std::min(first_, time);
  last_ = std::max(last_, time);
  while (last_ / width_ - first_ / width_ >= most_buckets) widen();
  auto found = rows_.find(name);
  if (found == rows_.end() && rows_.size() < most_names) {
    found = rows_.emplace(name, Row()).first;
    found->second.name = name;
  }
  Row& row = found == rows_.end() ? others_ : found->second;
  const Counts one{1, denied ? 1u : 0u};
  row.all += one;
  row.buckets[time / width_] += one;
}

void TimeBuckets::widen() {
  width_ *= 2;
  const auto halve = [](Row& row) {
    std::map<std::int64_t, Counts> wider;
    for (const auto& [at, counts] : row.buckets) wider[at / 2] += counts;
    row.buckets = std::move(wider);
  };
  for (auto& [name, row] : rows_) halve(row);
  halve(others_);
}

std::vector<TimeBuckets::Row> TimeBuckets::rows(std::size_t most) const {
  std::vector<Row> sorted;
  for (const auto& [name, row] : rows_) sorted.push_back(row);
  std::ranges::sort(sorted, [](const Row& a, const Row& b) {
    return a.all.calls != b.all.calls ? a.all.calls > b.all.calls : a.name < b.name;
  });
  Row rest = others_;
  while (sorted.size() > most) {
    rest.all += sorted.back().all;
    for (const auto& [at, counts] : sorted.back().buckets) rest.buckets[at] += counts;
    sorted.pop_back();
  }
  if (rest.all.calls != 0) sorted.push_back(std::move(rest));
  return sorted;
}

std::vector<TimeBuckets::Counts> TimeBuckets::columns(const Row& row, std::size_t count) const {
  std::vector<Counts> columns(count);
  const double span = static_cast<double>(last_ - first_ + 1);
  for (const auto& [at, counts] : row.buckets) {
    const std::int64_t middle = std::clamp(at * width_ + width_ / 2, first_, last_);
    const double share = static_cast<double>(middle - first_) / span;
    columns[std::min(static_cast<std::size_t>(share * static_cast<double>(count)), count - 1)] += counts;
  }
  return columns;
}

}  // namespace scsup::analysis
