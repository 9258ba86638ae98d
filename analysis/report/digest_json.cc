#include "analysis/report/digest_json.h"

#include <algorithm>

#include "analysis/count/tally_json.h"
#include "analysis/explain/explanation.h"
#include "analysis/read/scan.h"
#include "analysis/report/process_json.h"
#include "analysis/report/setting.h"
#include "base/printable.h"

namespace scsup::analysis {
namespace {

using nlohmann::json;

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string calls_of(std::uint64_t number) {
  return with_commas(number) + (number == 1 ? " call" : " calls");
}

json counted(const Counter& counter, std::size_t most, std::uint64_t& left_out) {
  json list = json::array();
  left_out = counter.others();
  for (const auto& [word, times] : counter.rows())
    if (list.size() < most)
      list.push_back({printable(word), times});
    else
      left_out += times;
  return list;
}

class Writing {
 public:
  Writing(const Digest& digest, const PolicyShelf& shelf, const Lengths& lengths)
      : digest_(digest), shelf_(shelf), lengths_(lengths) {}

  json calls() {
    json list = json::array();
    Tally others = digest_.calls.others();
    std::size_t left_out = 0;
    for (const Groups::Row& row : digest_.calls.rows()) {
      if (list.size() < lengths_.calls) {
        list.push_back(to_json(row.tally));
        list.back()["name"] = printable(row.key);
      } else {
        others.add(row.tally);
        ++left_out;
      }
    }
    if (others.calls != 0)
      cut("kinds of calls: " + std::to_string(left_out) + " with " + calls_of(others.calls));
    return list;
  }

  json denials() {
    json list = json::array();
    std::uint64_t left_out = 0, left_calls = digest_.denials.others();
    for (const Denials::Group* group : digest_.denials.rows()) {
      if (list.size() >= lengths_.denials) {
        ++left_out;
        left_calls += group->calls;
        continue;
      }
      std::uint64_t other_objects = 0, other_programs = 0;
      json one = {{"rule", printable(group->rule)},
                  {"at", printable(group->at)},
                  {"policy", printable(group->sha)},
                  {"call", printable(group->syscall)},
                  {"errno", printable(group->err)},
                  {"calls", group->calls},
                  {"killed", group->killed},
                  {"by_default", group->by_default},
                  {"first", printable(group->first)},
                  {"last", printable(group->last)},
                  {"seqs", group->seqs},
                  {"line", line_of_place(group->at)},
                  {"why", why(*group)},
                  {"objects", counted(group->objects, lengths_.objects, other_objects)},
                  {"programs", counted(group->programs, lengths_.programs, other_programs)}};
      one["other_objects"] = other_objects;
      one["other_programs"] = other_programs;
      list.push_back(std::move(one));
    }
    if (left_calls != 0)
      cut("groups of denials: " + std::to_string(left_out) + " with " + calls_of(left_calls));
    return list;
  }

  // Rows: non-empty columns as [column, calls, denied]. Those beyond the most used are one row.
  json times() {
    const TimeGrid& grid = digest_.times;
    if (grid.is_empty()) return nullptr;
    json rows = json::array();
    for (const TimeGrid::Row& row : grid.rows(lengths_.rows)) {
      json cells = json::array();
      for (const auto& [column, counts] : row.cells)
        cells.push_back({column - grid.first_column(), counts.calls, counts.denied});
      rows.push_back({{"name", row.name.empty() ? "(others)" : printable(row.name)}, {"cells", cells}});
    }
    const double width = static_cast<double>(grid.width()) / 1000;
    return {{"from_ms", static_cast<double>(grid.first_column()) * width},
            {"step_ms", width},
            {"columns", grid.columns()},
            {"rows", rows}};
  }

  // [upper bound in ns, calls] of each non-empty bucket, for all calls.
  json latency() const {
    json list = json::array();
    const Tally total = digest_.calls.total();
    const auto& counts = total.durations.counts();
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] != 0) list.push_back({upper_bound_of_bucket(i), counts[i]});
    return list;
  }

  json policies() {
    json list = json::array();
    for (const ReportedPolicy* policy : digest_.policies.rows()) {
      if (list.size() >= lengths_.policies) {
        cut("policies: " + std::to_string(digest_.policies.rows().size() - list.size()));
        break;
      }
      json lines = json::array(), marks = json::array();
      std::string_view rest = policy->text;
      while (!rest.empty() && lines.size() < lengths_.policy_lines) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.push_back(printable(rest.substr(0, std::min<std::size_t>(end, 1000)), Backslash::kept));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      if (!rest.empty()) cut("lines of the policy " + printable(policy->file));
      for (const ReportedPart& part : parts(*policy))
        if (marks.size() < lengths_.policy_lines)
          marks.push_back({{"line", part.line},
                           {"words", printable(part.words)},
                           {"calls", part.calls},
                           {"is_rule", part.is_rule},
                           {"text", printable_lines(part.text)}});
      list.push_back({{"file", printable(policy->file)},
                      {"sha", printable(policy->sha)},
                      {"lines", lines},
                      {"marks", marks}});
    }
    return list;
  }

  json processes() {
    ProcessTree tree = process_tree(digest_.processes, lengths_.processes);
    if (tree.left_out != 0)
      cut("processes: " + std::to_string(tree.left_out) + " with " + calls_of(tree.left_calls));
    return std::move(tree.rows);
  }

  json cuts() { return std::move(cuts_); }

 private:
  void cut(const std::string& what) { cuts_.push_back(what); }
  static json printable_lines(std::string_view text) {
    json lines = json::array();
    for (; !text.empty(); text.remove_prefix(std::min(text.find('\n') + 1, text.size()))) {
      lines.push_back(printable(text.substr(0, text.find('\n')), Backslash::kept));
      if (text.find('\n') == std::string_view::npos) break;
    }
    return lines;
  }

  // For the group's first call; null: no record of it was kept.
  json why(const Denials::Group& group) const {
    if (group.line.empty()) return nullptr;
    const KeptLine line(group.line);
    const Explanation explanation = explain(line.record(), shelf_);
    json near = json::array();
    for (const NearMiss& miss : explanation.near) {
      if (near.size() == most_near) break;
      near.push_back({{"words", miss.part.words}, {"unmet", miss.unmet}});
    }
    return {{"verdict", explanation.verdict}, {"near", near}, {"notes", explanation.notes}};
  }

  static constexpr std::size_t most_near = 4;
  const Digest& digest_;
  const PolicyShelf& shelf_;
  const Lengths& lengths_;
  json cuts_ = json::array();
};

json notes(const Digest& digest, const Damage& damage) {
  json list = json::array();
  if (digest.lost != 0)
    list.push_back(with_commas(digest.lost) + " records were lost, as the log itself says.");
  if (damage.broken != 0)
    list.push_back(with_commas(damage.broken) + " lines of the log are no records; the rest was used.");
  if (damage.unknown != 0) list.push_back(damage.unknown_kinds() + ".");
  if (!damage.error.empty()) list.push_back("Reading ended early: " + printable(damage.error));
  if (digest.undated != 0)
    list.push_back(calls_of(digest.undated) + " have no time, and are left out of the picture by time.");
  return list;
}

}  // namespace

void Lengths::halve() {
  for (std::size_t* length : {&denials, &objects, &programs, &calls, &rows, &processes, &policy_lines})
    *length = std::max<std::size_t>(*length / 2, 1);
}

std::string verdict(const Digest& digest) {
  const Tally& all = digest.calls.total();
  if (all.calls == 0) return "The log holds no calls.";
  std::string text;
  if (all.denied == 0) {
    text = "Nothing was denied: " + calls_of(all.calls) + (all.calls == 1 ? " was" : " were") + " allowed";
    if (all.emulated != 0) text += ", " + with_commas(all.emulated) + " of them answered by emulation";
    return text + ".";
  }
  text = with_commas(all.denied) + " of " + calls_of(all.calls) +
         (all.denied == 1 ? " was denied" : " were denied");
  const auto rows = digest.denials.rows();
  if (rows.empty()) return text + ".";
  std::set<std::pair<std::string, std::string>> rules;
  bool by_default = false;
  for (const Denials::Group* group : rows)
    if (group->by_default)
      by_default = true;
    else
      rules.emplace(group->rule, group->at);
  const bool all_by_one = rules.size() + by_default == 1;
  if (all_by_one)
    text += by_default ? ", all by the default" : ", all by one rule";
  else
    text += ", by " + with_commas(rules.size()) + (rules.size() == 1 ? " rule" : " rules") +
            (by_default ? " and the default" : "");
  const Denials::Group& first = *rows[0];
  text += all_by_one ? ": " : "; most often ";
  text += printable(first.syscall);
  const auto programs = first.programs.rows();
  if (!programs.empty() && programs[0].first != "-") text += " from " + printable(programs[0].first);
  if (!first.by_default && (!first.rule.empty() || !first.at.empty()))
    text += ", by " + printable(first.rule.empty() ? first.at : first.rule);
  else if (first.by_default && !all_by_one)
    text += ", by the default";
  return text + " (" + with_commas(first.calls) + ").";
}

nlohmann::json to_json(const Digest& digest, const PolicyShelf& shelf, const Damage& damage,
                       const std::string& source, const Lengths& lengths) {
  Writing writing(digest, shelf, lengths);
  json all = {{"version", SCSUP_VERSION},
              {"source", printable(source)},
              {"verdict", verdict(digest)},
              {"notes", notes(digest, damage)},
              {"first", printable(digest.first)},
              {"last", printable(digest.last)},
              {"total", to_json(digest.calls.total())}};
  all["denials"] = writing.denials();
  all["calls"] = writing.calls();
  all["times"] = writing.times();
  all["latency"] = writing.latency();
  all["processes"] = writing.processes();
  all["policies"] = writing.policies();
  all["cut"] = writing.cuts();
  return all;
}

}  // namespace scsup::analysis
