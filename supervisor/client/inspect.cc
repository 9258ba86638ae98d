// scsup inspect: one session, its policy as it is in force, and what its filter does.
#include <cstdio>
#include <ctime>

#include "base/printable.h"
#include "cli/table.h"
#include "cli/units.h"
#include "supervisor/client/asking.h"
#include "supervisor/control/wire.h"

namespace scsup {

namespace {

using control::Generation;
using control::Inspection;
using control::SessionState;

constexpr const char* inspect_usage =
    "Usage: scsup inspect SESSION [--json] [--control PATH]\n"
    "\n"
    "One session of a running supervisor: its processes, its policy as it is in force, what the filter\n"
    "decides, which calls it shows to the supervisor, and how many calls each rule has decided.\n";

constexpr std::int64_t ns_per_s = 1'000'000'000;

// The lines of a text, indented by two spaces. Tabs and newlines stay; everything else is made printable.
void print_text(const std::string& text) {
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string line = "  ";
    std::string part;
    for (const char c : text.substr(from, end - from)) {
      if (c != '\t' && c != '\\') {
        part += c;
        continue;
      }
      line += printable(part) + c;
      part.clear();
    }
    print(line + printable(part));
    from = end + 1;
  }
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string words_of(const Generation& generation) {
  const control::Counts& counts = generation.counts;
  return human_count(counts.allowed) + " allowed, " + human_count(counts.denied) + " denied, " +
         human_count(counts.emulated) + " emulated, " + human_count(counts.watched) + " watched";
}

void print_head(const Inspection& inspection) {
  const SessionState& session = inspection.session;
  const Generation& now = session.generations.back();
  print("session " + std::to_string(session.number) + ": " + title_of(session));
  if (!session.remark.empty()) print("  remark     " + printable(session.remark));
  std::vector<std::string> words;
  for (const auto& [key, value] : session.container) words.push_back(key + " " + printable(value));
  if (!words.empty()) print("  container  " + joined(words, ", "));
  words.clear();
  for (const pid_t pid : inspection.processes) words.push_back(std::to_string(pid));
  print("  processes  " + (words.empty() ? "none" : joined(words, " ")));
  const std::int64_t since = session.since_unix_ns / ns_per_s;
  print("  attached   " + human_time(since) + ", " + human_age(std::time(nullptr) - since) + " ago" +
        (session.listeners > 1 ? "; " + std::to_string(session.listeners) + " listeners" : ""));
  print("  policy     " + printable(now.policy) + ", generation " + std::to_string(now.number) + ", from " +
        printable(now.file));
  print("  sha256     " + printable(now.sha));
  for (std::size_t i = session.generations.size(); i-- > 0;)
    print("  calls      " + words_of(session.generations[i]) + " by " +
          printable(session.generations[i].policy) + " " + std::to_string(session.generations[i].number));
  print("  pending    " + human_count(session.pending) + "; to a decision: p50 " +
        human_duration(session.p50_ns) + ", p99 " + human_duration(session.p99_ns));
}

void print_rules(const Inspection& inspection) {
  using enum Column::Align;
  using enum Column::Width;
  print("\nrules that have decided calls:");
  if (inspection.rules.empty()) return print("  none");
  Table table({{"   CALLS"}, {"DENIED"}, {"SLOWEST"}, {"LAST CALL", left}, {"RULE", left, shrinks}});
  for (const control::Rate& rate : inspection.rules)
    table.add({human_count(rate.calls), human_count(rate.denied), human_duration(rate.slowest_ns),
               printable(rate.syscall), rule_words(rate.rule)});
  print_lines(table.lines(output_width()));
}

void print_inspection(const Inspection& inspection) {
  print_head(inspection);
  print_rules(inspection);
  std::vector<std::string> names;
  for (const std::string& name : inspection.trapped) names.push_back(printable(name));
  print(inspection.filter_known
            ? "\ntrapped by its filter:"
            : "\ntrapped so far (another program made the filter, so this is what has been seen):");
  print("  " + (names.empty() ? "nothing" : joined(names, ", ")));
  print("\nthe filter and the supervisor:");
  print_text(inspection.filter);
  print("\npolicy in force:");
  print_text(inspection.policy_text);
}

}  // namespace

int command_inspect(const Arguments& arguments) {
  try {
    Asking asking(inspect_usage, arguments, {json_option, control_option});
    if (asking.helped()) return 0;
    if (asking.words().empty()) throw UsageError("the SESSION is missing");
    expect_no_words(asking.words(), 1);
    const control::Json reply = asking.ask("Inspect", {{"session", session_number(asking.words()[0])}});
    if (asking.has("json")) {
      print_json(reply);
      return 0;
    }
    Inspection inspection;
    control::from_wire(reply, inspection);
    print_inspection(inspection);
    return 0;
  } catch (const UsageError& error) {
    return complain_of_usage("inspect", error);
  }
}

}  // namespace scsup
