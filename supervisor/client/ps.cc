// scsup ps: lists the sessions.
#include <cstdio>

#include "base/printable.h"
#include "cli/table.h"
#include "cli/units.h"
#include "supervisor/client/asking.h"
#include "supervisor/control/wire.h"

namespace scsup {

namespace {

using control::Generation;
using control::SessionState;

constexpr const char* ps_usage =
    "Usage: scsup ps [--json] [--control PATH]\n"
    "\n"
    "The sessions of a running supervisor: command or container, policy and generation, how its\n"
    "calls were decided, how many wait, and the median (P50) and 99th percentile (P99) of their times.\n"
    "Earlier generations of a session's policy have a line each below it, with their counts.\n";

std::vector<std::string> counts_of(const Generation& generation) {
  const control::Counts& counts = generation.counts;
  return {printable(generation.policy), std::to_string(generation.number), human_count(counts.allowed),
          human_count(counts.denied), human_count(counts.emulated)};
}

void add(Table& table, const SessionState& session) {
  std::vector<std::string> row = {std::to_string(session.number), std::to_string(session.pid),
                                  title_of(session)};
  for (std::string& cell : counts_of(session.generations.back())) row.push_back(std::move(cell));
  row.push_back(human_count(session.pending));
  row.push_back(human_duration(session.p50_ns));
  row.push_back(human_duration(session.p99_ns));
  table.add(std::move(row));
  for (std::size_t i = session.generations.size() - 1; i-- > 0;) {
    std::vector<std::string> older = {"", "", ""};
    for (std::string& cell : counts_of(session.generations[i])) older.push_back(std::move(cell));
    table.add(std::move(older));
  }
}

void print_sessions(const control::Json& reply) {
  using enum Column::Align;
  using enum Column::Width;
  Table table({{"SESSION"},
               {"PID"},
               {"NAME", left, shrinks},
               {"POLICY", left, shrinks},
               {"GEN"},
               {"ALLOWED"},
               {"DENIED"},
               {"EMULATED"},
               {"PENDING"},
               {"P50"},
               {"P99"}});
  std::vector<std::string> remarks;
  for (const SessionState& session : control::list_from_wire<SessionState>(reply, "sessions")) {
    add(table, session);
    if (!session.remark.empty())
      remarks.push_back("session " + std::to_string(session.number) + ": " + printable(session.remark));
  }
  if (const auto all = reply.find("remarks"); all != reply.end() && all->is_array())
    for (const control::Json& remark : *all)
      if (remark.is_string()) remarks.push_back(printable(remark.get<std::string>()));
  print_lines(table.lines(output_width()));
  print_lines(remarks);
}

}  // namespace

int command_ps(const Arguments& arguments) {
  try {
    Asking asking(ps_usage, arguments, {json_option, control_option});
    if (asking.helped()) return 0;
    expect_no_words(asking.words(), 0);
    const control::Json reply = asking.ask("Sessions");
    if (asking.has("json"))
      print_json(reply);
    else
      print_sessions(reply);
    return 0;
  } catch (const UsageError& error) {
    return complain_of_usage("ps", error);
  }
}

}  // namespace scsup
