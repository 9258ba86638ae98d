#include "supervisor/client/top_page.h"

#include <algorithm>
#include <cstdio>

#include "cli/table.h"
#include "cli/units.h"

namespace scsup {

namespace {

using enum Column::Align;
using enum Column::Width;

const char* name_of(SortBy by) {
  switch (by) {
    case SortBy::calls:
      return "calls/s";
    case SortBy::denied:
      return "denials/s";
    case SortBy::latency:
      return "slowest";
    case SortBy::total:
      return "total";
    case SortBy::number:
      return "session";
  }
  return "";
}

const std::vector<std::string> help_lines = {
    "Keys:",
    "  q, Ctrl-C      quit                      space, Enter   again, now",
    "  h, ?           this help                 s, d           seconds between two looks",
    "  P  by calls/s                            T  by calls in total",
    "  D  by denials/s                          L  by how slow: P99, slowest",
    "  N  by session number                     R  the other way round",
    "  < > left right the sort key beside it    up, down, PgUp, PgDn, Home, End  scroll",
    "",
    "P50 and P99: half of a session's calls, and all but a hundredth, were decided",
    "within that time of their coming. PEND: calls that wait for an answer now.",
    "",
    "Any key goes back."};

class Paint {
 public:
  Paint(Style style, std::size_t columns) : style_(style), columns_(columns) {}
  std::string title(const std::string& line) const {  // reverse video is not a color
    if (style_ == Style::plain) return line;
    return "\x1b[7m" + line + std::string(columns_ - std::min(columns_, columns_of(line)), ' ');
  }
  std::string alarm(const std::string& line) const {
    return style_ == Style::colored ? "\x1b[31m" + line : line;
  }

 private:
  Style style_;
  std::size_t columns_;
};

std::vector<std::string> head(const Rates& rates, const View& view, const std::string& time) {
  double calls = 0, denied = 0, emulated = 0;
  std::uint64_t pending = 0;
  const SessionRate* slowest = nullptr;
  for (const SessionRate& one : rates.sessions) {
    calls += one.calls_s;
    denied += one.denied_s;
    emulated += one.emulated_s;
    pending += one.pending;
    if (one.p99_ns > 0 && (!slowest || one.p99_ns > slowest->p99_ns)) slowest = &one;
  }
  const std::size_t count = rates.sessions.size();
  std::string first =
      "scsup top - " + time + ", " + std::to_string(count) + " session" + (count == 1 ? "" : "s");
  first += rates.seconds > 0 ? ", every " + short_number(view.delay) + "s" : ", averages since they attached";
  first += ", by " + std::string(name_of(view.sort)) + (view.reversed ? " (reversed)" : "");
  std::string second = human_rate(calls) + " calls/s, " + human_rate(denied) + " denied, " +
                       human_rate(emulated) + " emulated; " + human_count(pending) + " pending";
  if (slowest)
    second +=
        "; worst p99: " + human_duration(slowest->p99_ns) + ", session " + std::to_string(slowest->number);
  return {first, second, view.message};
}

Table table_of(const std::vector<SessionRate>& sessions) {
  Table table({{"SESSION"},
               {"NAME", left, shrinks},
               {"POLICY", left, shrinks},
               {"GEN"},
               {"CALLS/S"},
               {"DENY/S"},
               {"EMUL/S"},
               {"PEND"},
               {"P50"},
               {"P99"},
               {"CALLS"}});
  for (const SessionRate& one : sessions)
    table.add({std::to_string(one.number), one.title, one.policy, std::to_string(one.generation),
               human_rate(one.calls_s), human_rate(one.denied_s), human_rate(one.emulated_s),
               human_count(one.pending), human_duration(one.p50_ns), human_duration(one.p99_ns),
               human_count(one.calls)});
  return table;
}

Table table_of(const std::vector<RuleRate>& rules) {
  Table table({{"SESSION"},
               {"CALLS/S"},
               {"DENY/S"},
               {"CALLS"},
               {"DENIED"},
               {"SLOWEST"},
               {"LAST CALL", left},
               {"RULE", left, shrinks}});
  for (const RuleRate& one : rules)
    table.add({std::to_string(one.session), human_rate(one.calls_s), human_rate(one.denied_s),
               human_count(one.calls), human_count(one.denied), human_duration(one.slowest_ns), one.syscall,
               one.rule});
  return table;
}

// The title and `most` rows below it, from `skip` on.
template <class Row>
void add_part(std::vector<std::string>& page, const std::vector<Row>& rows, std::size_t skip,
              std::size_t most, const Paint& paint, std::size_t columns) {
  const std::vector<std::string> lines = table_of(rows).lines(columns);
  page.push_back(paint.title(lines[0]));
  for (std::size_t i = skip; i < rows.size() && i - skip < most; ++i)
    page.push_back(rows[i].denied_s > 0 ? paint.alarm(lines[i + 1]) : lines[i + 1]);
}

}  // namespace

std::vector<std::string> top_page(const Rates& rates, View& view, const std::string& time, std::size_t rows,
                                  std::size_t columns) {
  std::vector<std::string> page = head(rates, view, time);
  for (std::string& line : page) line = cut(line, columns);
  if (view.help) {
    for (const std::string& line : help_lines) page.push_back(cut(line, columns));
  } else {
    const Paint paint(view.style, columns);
    const std::size_t left_over =
        rows > page.size() + 3 ? rows - page.size() - 3 : 0;  // titles, an empty line
    // Each part gets half; what one doesn't need goes to the other.
    const std::size_t spare = left_over - std::min(left_over, rates.sessions.size());
    const std::size_t for_rules = std::min(rates.rules.size(), std::max(left_over / 2, spare));
    const std::size_t for_sessions = left_over - for_rules;
    const std::size_t hidden = rates.sessions.size() - std::min(rates.sessions.size(), for_sessions);
    view.scroll = std::min(view.scroll, hidden);
    add_part(page, rates.sessions, view.scroll, for_sessions, paint, columns);
    page.emplace_back();
    add_part(page, rates.rules, 0, for_rules, paint, columns);
  }
  if (page.size() > rows) page.resize(rows);
  return page;
}

}  // namespace scsup
