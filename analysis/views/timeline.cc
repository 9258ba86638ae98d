// scsup-audit timeline: when calls were made and denied.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/count/groups.h"
#include "analysis/count/time_grid.h"
#include "analysis/read/instant.h"
#include "analysis/read/reading.h"
#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace scsup::analysis {
namespace {

constexpr const char* timeline_usage =
    "Usage: scsup-audit timeline [OPTION...] [LOG...]\n"
    "\n"
    "Calls over time, a row for each kind: the darker, the more (by the logarithm). A ! below: some were\n"
    "denied then.\n";

constexpr std::size_t rows_on_a_screen = 20;  // rows
constexpr std::size_t widest_name = 20, narrowest_chart = 10, usual_width = 80;

using Counts = TimeGrid::Counts;
using Row = TimeGrid::Row;

std::vector<std::string> shades() {
  if (has_utf8()) return {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  return {" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"};
}

std::string clock_time(std::int64_t microseconds) { return time_of(microseconds).substr(11, 12); }

// "14:12:10.874      2026-01-31      14:12:11.020", as wide as the chart; as much of it as there is room for.
std::string axis(const TimeGrid& times, std::size_t width) {
  const std::string begin = clock_time(times.first()), end = clock_time(times.last()),
                    day = time_of(times.first()).substr(0, 10);
  if (width < begin.size() + end.size() + 1) return begin.substr(0, width);
  std::string line = begin + std::string(width - begin.size() - end.size(), ' ') + end;
  if (width >= begin.size() + end.size() + day.size() + 4)
    line.replace((width - day.size()) / 2, day.size(), day);
  return line;
}

class Chart {
 public:
  Chart(const TimeGrid& times, By by) : times_(times), by_(by), rows_(times.rows(rows_on_a_screen)) {
    std::size_t name = word_of(by).size();
    for (const Row& row : rows_) name = std::max(name, columns_of(name_of(row)));
    name_ = std::min(name, widest_name);
    const std::size_t screen = output_width() == Table::unlimited ? usual_width : output_width();
    const std::size_t used = 5 + 1 + 6 + 1 + name_ + 1;
    width_ = screen > used + narrowest_chart ? screen - used : narrowest_chart;
    for (const Row& row : rows_)
      for (const Counts& column : times_.spread(row, width_)) most_ = std::max(most_, column.calls);
  }

  void print() const {
    std::string title(word_of(by_));
    for (char& c : title) c = static_cast<char>(c - 'a' + 'A');
    line("CALLS", "DENIED", title, axis(times_, width_));
    for (const Row& row : rows_) {
      const auto columns = times_.spread(row, width_);
      std::string bar, marks;
      for (const Counts& column : columns) {
        bar += shade(column.calls);
        marks += column.denied == 0 ? ' ' : '!';
      }
      line(human_count(row.all.calls), human_count(row.all.denied), name_of(row), bar);
      if (row.all.denied == 0) continue;
      marks.erase(marks.find_last_not_of(' ') + 1);
      line("", "", "", has_colours() ? "\033[31m" + marks + "\033[0m" : marks);
    }
    const std::int64_t span = times_.last() - times_.first() + 1;
    std::printf("a column is %s; the darkest are %s calls\n",
                human_duration(static_cast<std::uint64_t>(span) * 1000 / width_).c_str(),
                human_count(most_).c_str());
  }

 private:
  static std::string name_of(const Row& row) { return row.name.empty() ? "(others)" : printable(row.name); }

  const std::string& shade(std::uint64_t calls) const {
    if (calls == 0) return shades_[0];
    const auto levels = static_cast<double>(shades_.size() - 1);
    const double share = std::log1p(static_cast<double>(calls)) / std::log1p(static_cast<double>(most_));
    const auto level = static_cast<std::size_t>(std::ceil(share * levels));
    return shades_[std::clamp(level, std::size_t(1), shades_.size() - 1)];
  }

  void line(const std::string& calls, const std::string& denied, const std::string& name,
            const std::string& chart) const {
    const std::string shown = cut(name, name_);
    std::string text = std::string(5 - std::min<std::size_t>(5, calls.size()), ' ') + calls + " " +
                       std::string(6 - std::min<std::size_t>(6, denied.size()), ' ') + denied + " " + shown +
                       std::string(name_ - columns_of(shown), ' ') + " " + chart;
    text.erase(text.find_last_not_of(' ') + 1);
    std::puts(text.c_str());
  }

  const TimeGrid& times_;
  const By by_;
  const std::vector<Row> rows_;
  const std::vector<std::string> shades_ = shades();
  std::size_t name_ = 0, width_ = 0;
  std::uint64_t most_ = 0;  // calls in a cell
};

nlohmann::json to_json(const TimeGrid& times, By by, std::uint64_t timeless) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Row& row : times.rows(SIZE_MAX)) {
    nlohmann::json buckets = nlohmann::json::array();
    for (const auto& [column, counts] : row.cells)
      buckets.push_back(
          {{"from", time_of(column * times.width())}, {"calls", counts.calls}, {"denied", counts.denied}});
    rows.push_back(
        {{"key", row.name}, {"calls", row.all.calls}, {"denied", row.all.denied}, {"buckets", buckets}});
  }
  nlohmann::json whole = {
      {"by", word_of(by)}, {"rows", rows}, {"bucket_us", times.width()}, {"without_time", timeless}};
  if (!times.is_empty()) {
    whole["first"] = time_of(times.first());
    whole["last"] = time_of(times.last());
  }
  return whole;
}

}  // namespace

int command_timeline(const Arguments& arguments) {
  Reading reading(timeline_usage, arguments,
                  {{"by", "WHAT", "syscall (as without it), path, exe, rule, container or errno"}});
  if (reading.helped()) return 0;
  const auto by = by_of(reading.options().value("by").value_or("syscall"));
  if (!by) throw UsageError("--by takes syscall, path, exe, rule, container or errno");
  Source source = open_logs(reading.options().rest());
  struct Part {
    TimeGrid times{2048, 256};
    std::uint64_t timeless = 0;
  };
  std::vector<Part> parts(usual_threads());
  reading.each(source, usual_threads(), [&](unsigned worker, const Record& record, const Place&) {
    if (record.type != Type::call) return;
    if (const auto time = microseconds_of(record.time))
      parts[worker].times.add(key_of(*by, record), *time, record.is_denied(), record.calls());
    else
      parts[worker].timeless += record.calls();
  });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    parts[0].times.add(parts[i].times);
    parts[0].timeless += parts[i].timeless;
  }
  const auto& [times, timeless] = parts[0];
  if (reading.json())
    std::puts(
        to_json(times, *by, timeless).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
  else if (times.is_empty())
    std::puts("no calls");
  else
    Chart(times, *by).print();
  if (timeless != 0 && !reading.json()) std::printf("%s calls have no time\n", human_count(timeless).c_str());
  return reading.finish(source);
}

}  // namespace scsup::analysis
