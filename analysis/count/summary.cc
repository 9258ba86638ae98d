// scsup-audit summary: how calls were decided, a line for each kind, as in strace -c.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/count/groups.h"
#include "analysis/count/tally_json.h"
#include "analysis/read/reading.h"
#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace scsup::analysis {
namespace {

constexpr const char* summary_usage =
    "Usage: scsup-audit summary [OPTION...] [LOG...]\n"
    "\n"
    "How many calls there were, what was decided, and how long that took (TIME in all, P99 for all but a\n"
    "hundredth). ERRORS: what was allowed or emulated and failed by itself. LOG: a file, a directory of\n"
    "segments, the control socket of a service, - for standard input. Without one: where scsup writes.\n";

constexpr std::size_t a_screen = 20;  // rows

struct Span {
  std::string first, last;   // times
  std::uint64_t lost = 0;    // told by gap records
  std::uint64_t deaths = 0;  // by SIGSYS
  void add(const Record& record) {
    if (record.type == Type::death) ++deaths;
    if (record.type == Type::gap && record.lost > 0) lost += static_cast<std::uint64_t>(record.lost);
    if (record.type != Type::call) return;
    if (first.empty() || record.time < first) first = record.time;
    if (record.last() > last) last = record.last();
  }
  void add(const Span& other) {
    lost += other.lost;
    deaths += other.deaths;
    if (!other.first.empty() && (first.empty() || other.first < first)) first = other.first;
    if (other.last > last) last = other.last;
  }
};

// Of one thread; on a cache line of its own.
struct alignas(64) Part {
  explicit Part(By by) : groups(by) {}
  Groups groups;
  Span span;
};

void print_json(By by, const Part& all, const Damage& damage) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Groups::Row& row : all.groups.rows()) {
    rows.push_back(to_json(row.tally));
    rows.back()["key"] = row.key;
  }
  const nlohmann::json whole = {{"by", word_of(by)},
                                {"rows", rows},
                                {"others", to_json(all.groups.others())},
                                {"total", to_json(all.groups.total())},
                                {"first", all.span.first},
                                {"last", all.span.last},
                                {"lost", all.span.lost},
                                {"deaths", all.span.deaths},
                                {"broken_lines", damage.broken},
                                {"error", damage.error}};
  std::puts(whole.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
}

std::vector<std::string> cells(const Tally& tally, std::string key) {
  return {human_count(tally.calls),
          human_count(tally.allowed),
          human_count(tally.denied),
          human_count(tally.emulated),
          human_count(tally.errors),
          human_duration(tally.total_ns),
          human_duration(tally.durations.quantile(0.99)),
          std::move(key)};
}

std::string title(By by) {
  std::string word(word_of(by));
  for (char& c : word) c = static_cast<char>(c - 'a' + 'A');
  return word;
}

void print_table(By by, const Part& all, std::size_t most_rows) {
  using enum Column::Align;
  using enum Column::Width;
  const std::string last = title(by);
  Table table({{"CALLS"},
               {"ALLOWED"},
               {"DENIED"},
               {"EMULATED"},
               {"ERRORS"},
               {"TIME"},
               {"P99"},
               {last.c_str(), left, shrinks}});
  const auto rows = all.groups.rows();
  Tally rest = all.groups.others();
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i < most_rows) {
      table.add(cells(rows[i].tally, printable(rows[i].key)));
    } else {
      rest.add(rows[i].tally);
      ++left_out;
    }
  }
  if (rest.calls != 0) table.add(cells(rest, "(" + std::to_string(left_out) + " others; --all shows them)"));
  if (rows.size() > 1) table.add(cells(all.groups.total(), "(all)"));
  print_lines(table.lines(output_width()));
  if (all.groups.total().calls == 0) std::puts("no calls");
  if (!all.span.first.empty())
    std::printf("from %s to %s\n", printable(all.span.first).c_str(), printable(all.span.last).c_str());
  if (all.span.deaths != 0)
    std::printf("%s ended by SIGSYS; what the filter kills for has no record\n",
                all.span.deaths == 1 ? "1 process was"
                                     : (std::to_string(all.span.deaths) + " processes were").c_str());
  if (all.span.lost != 0)
    std::printf("%s records were lost, as the log itself says\n", std::to_string(all.span.lost).c_str());
}

}  // namespace

int command_summary(const Arguments& arguments) {
  Reading reading(summary_usage, arguments,
                  {{"by", "WHAT", "syscall (as without it), path, exe, rule, container or errno"},
                   {"all", nullptr, "every row, not only a screen of them"}});
  if (reading.helped()) return 0;
  const auto by = by_of(reading.options().value("by").value_or("syscall"));
  if (!by) throw UsageError("--by takes syscall, path, exe, rule, container or errno");

  Source source = open_logs(reading.options().rest());
  std::vector<Part> parts(usual_threads(), Part(*by));
  reading.each(source, usual_threads(), [&](unsigned worker, const Record& record, const Place&) {
    Part& part = parts[worker];
    part.span.add(record);
    if (record.type == Type::call) part.groups.add(record);
  });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    parts[0].groups.add(parts[i].groups);
    parts[0].span.add(parts[i].span);
  }
  if (reading.json())
    print_json(*by, parts[0], reading.damage());
  else
    print_table(*by, parts[0], reading.options().has("all") ? SIZE_MAX : a_screen);
  return reading.finish(source);
}

}  // namespace scsup::analysis
