// scsup-audit replay: judges every recorded call by another policy.
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "analysis/command.h"
#include "analysis/explain/judging.h"
#include "analysis/explain/policy_from_file.h"
#include "analysis/read/reading.h"
#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* replay_usage =
    "Usage: scsup-audit replay --policy NEW [OPTION...] [LOG...]\n"
    "\n"
    "Judges each recorded call by NEW, and shows what would have been decided otherwise. What the record\n"
    "can't tell is counted, with the reason. A program that is denied something does other calls "
    "afterwards:\n"
    "those nobody knows. LOG as for summary.\n"
    "Exit status: 0 nothing changes, 2 something does, 3 nothing does as far as the log can tell.\n";

constexpr int something_changes = 2, cannot_tell = 3;

struct Change {
  std::string from, to, syscall, path, exe, by;
  auto operator<=>(const Change&) const = default;
};

struct Count {
  std::uint64_t calls = 0;
  std::int64_t first = -1;  // seq
};

struct Replayed {
  static constexpr std::size_t most = 65536;  // kinds of changes; further ones are counted together
  std::map<Change, Count> changed;
  std::uint64_t others = 0, unchanged = 0, lost = 0;
  std::map<std::string, std::uint64_t> untold;

  void add(const Record& record, Judged&& one) {
    if (one.kind == Judged::Kind::unchanged) {
      unchanged += record.calls();
    } else if (one.kind == Judged::Kind::untold) {
      untold[untold.size() < 64 || untold.contains(one.why) ? one.why : "other reasons"] += record.calls();
    } else {
      Change change{std::move(one.from),          std::move(one.to),       std::string(record.syscall),
                    std::string(record.object()), std::string(record.exe), std::move(one.by)};
      const auto found = changed.find(change);
      if (found == changed.end() && changed.size() >= most) {
        others += record.calls();
        return;
      }
      Count& count = found == changed.end() ? changed[std::move(change)] : found->second;
      if (count.calls == 0) count.first = record.seq;
      count.calls += record.calls();
    }
  }
  bool changes_something() const { return !changed.empty() || others != 0; }
  std::uint64_t untold_calls() const {
    std::uint64_t all = lost;
    for (const auto& [why, calls] : untold) all += calls;
    return all;
  }
};

std::vector<std::pair<const Change*, Count>> most_first(const Replayed& all) {
  std::vector<std::pair<const Change*, Count>> rows;
  for (const auto& [change, count] : all.changed) rows.emplace_back(&change, count);
  std::ranges::stable_sort(rows,
                           [](const auto& a, const auto& b) { return a.second.calls > b.second.calls; });
  return rows;
}

void print_json(const Replayed& all, const Judging& judging) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& [change, count] : most_first(all))
    rows.push_back({{"from", change->from},
                    {"to", change->to},
                    {"syscall", change->syscall},
                    {"path", change->path},
                    {"exe", change->exe},
                    {"by", change->by},
                    {"calls", count.calls},
                    {"first", count.first}});
  const nlohmann::json whole = {{"changes", rows},
                                {"other_changes", all.others},
                                {"unchanged", all.unchanged},
                                {"untold", all.untold},
                                {"lost", all.lost},
                                {"decided_by_filters", judging.decided_by_filters()},
                                {"notes", judging.unsure()}};
  std::puts(whole.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
}

std::string list(const std::set<std::string>& words, std::size_t most) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& word : words) {
    if (shown++ == most) return text + " and " + std::to_string(words.size() - most) + " more";
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

void print_text(const Replayed& all, const Judging& judging) {
  using enum Column::Align;
  using enum Column::Width;
  Table table({{"CALLS"},
               {"FIRST"},
               {"FROM", left},
               {"TO", left},
               {"CALL", left},
               {"PATH", left, shrinks},
               {"PROGRAM", left, shrinks},
               {"BY", left, shrinks}});
  for (const auto& [change, count] : most_first(all))
    table.add({std::to_string(count.calls), std::to_string(count.first), change->from, change->to,
               printable(change->syscall), printable(change->path), printable(change->exe), change->by});
  if (!all.changed.empty()) print_lines(table.lines(output_width()));
  if (all.others != 0)
    std::printf("%s further calls change, in more ways than are kept apart\n",
                std::to_string(all.others).c_str());
  std::printf(all.changes_something() ? "%s calls stay as they were\n"
                                      : "nothing changes: %s calls stay as they were\n",
              std::to_string(all.unchanged).c_str());
  for (const auto& [why, calls] : all.untold)
    std::printf("%s calls can't be told: %s\n", std::to_string(calls).c_str(), printable(why).c_str());
  if (all.lost != 0)
    std::printf("%s records were lost, as the log itself says\n", std::to_string(all.lost).c_str());
  if (!judging.decided_by_filters().empty())
    std::printf("never recorded, as the filter decided them, and not decided alike by the new policy: %s\n",
                list(judging.decided_by_filters(), 12).c_str());
  for (const std::string& sentence : judging.unsure()) std::puts(sentence.c_str());
}

}  // namespace

int command_replay(const Arguments& arguments) {
  Reading reading(replay_usage, arguments, {{"policy", "NEW", "the policy that is to judge"}});
  if (reading.helped()) return 0;
  const auto file = reading.options().value("policy");
  if (!file) throw UsageError("--policy NEW is missing");
  const auto text = policy_from_file(*file);
  if (!text) throw std::runtime_error(text.error().text());
  if (const auto good = rebuild(*file, *text, {}); !good) throw std::runtime_error(good.error().text());

  Source source = open_logs(reading.options().rest());
  Judging judging(*file, *text);
  PolicyShelf shelf;
  Replayed all;
  reading.all(source, 1, [&](unsigned, const Record& record, const Place&) {
    shelf.add(record);
    if (!reading.filter().passes(record)) return;
    if (record.type == Type::gap && record.lost > 0) all.lost += static_cast<std::uint64_t>(record.lost);
    if (record.type != Type::call && record.type != Type::task) return;
    auto judged = judging.judge(record, shelf);
    if (!judged) judged = Judged{Judged::Kind::untold, {}, {}, {}, judged.error().text()};
    all.add(record, std::move(*judged));
  });
  if (reading.json())
    print_json(all, judging);
  else
    print_text(all, judging);
  const int status = reading.finish(source);
  if (all.changes_something()) return something_changes;
  if (status != 0) return status;
  const bool sure =
      all.untold_calls() == 0 && judging.decided_by_filters().empty() && judging.unsure().empty();
  return sure ? 0 : cannot_tell;
}

}  // namespace scsup::analysis
