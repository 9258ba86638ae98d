// scsup-audit diff: what was decided differently in another run.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/read/reading.h"
#include "analysis/views/decisions.h"
#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* diff_usage =
    "Usage: scsup-audit diff [OPTION...] BEFORE AFTER\n"
    "\n"
    "Calls, and the paths they were on, that only one of two logs has, or of which something else was "
    "decided;\n"
    "with how often. The exit status is 0 when there is no difference, 1 when there are some.\n";

constexpr int they_differ = 1;

std::string_view word(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::appeared:
      return "new";
    case Difference::Kind::disappeared:
      return "gone";
    case Difference::Kind::changed:
      return "changed";
  }
  return "changed";
}

nlohmann::json to_json(const Decisions& decisions, const std::vector<Difference>& differences) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Difference& one : differences)
    rows.push_back({{"change", word(one.kind)},
                    {"syscall", one.asked.first},
                    {"path", one.asked.second},
                    {"before", one.before},
                    {"after", one.after}});
  return {{"differences", rows}, {"not_compared", decisions.not_compared()}};
}

void print(const std::vector<Difference>& differences) {
  using enum Column::Align;
  using enum Column::Width;
  if (differences.empty()) return;
  Table table({{"CHANGE", left},
               {"CALL", left},
               {"PATH", left, shrinks},
               {"BEFORE", left, shrinks},
               {"AFTER", left, shrinks}});
  for (const Difference& one : differences)
    table.add({std::string(word(one.kind)), printable(one.asked.first),
               one.asked.second.empty() ? "-" : printable(one.asked.second), to_text(one.before),
               to_text(one.after)});
  print_lines(table.lines(output_width()));
}

}  // namespace

int command_diff(const Arguments& arguments) {
  Reading reading(diff_usage, arguments, {});
  if (reading.helped()) return 0;
  const std::vector<std::string>& logs = reading.options().rest();
  if (logs.size() != 2) throw UsageError("diff takes two logs");
  if (logs[0] == "-" && logs[1] == "-") throw UsageError("standard input is one log, not two");

  // One source, so that damage in both is reported; the second log begins where the first ends.
  const std::size_t files_before = logs[0] == "-" ? 1 : open_logs({logs[0]}).files().size();
  Source source = open_logs(logs);
  Decisions decisions;
  reading.each(source, 1, [&](unsigned, const Record& record, const Place& place) {
    decisions.add(place.file < files_before ? Decisions::Log::before : Decisions::Log::after, record);
  });
  const auto differences = decisions.differences();
  if (reading.json())
    std::puts(to_json(decisions, differences)
                  .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
                  .c_str());
  else
    print(differences);
  if (decisions.not_compared() != 0)
    complain(std::to_string(decisions.not_compared()) + " calls on further paths were not compared");
  const int status = reading.finish(source);
  return differences.empty() ? status : they_differ;
}

}  // namespace scsup::analysis
