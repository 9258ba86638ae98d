#include "analysis/count/groups.h"

#include <algorithm>
#include <utility>

namespace scsup::analysis {
namespace {

constexpr std::pair<std::string_view, By> by_words[] = {
    {"syscall", By::syscall}, {"path", By::path},           {"exe", By::exe},
    {"rule", By::rule},       {"container", By::container}, {"errno", By::err}};

}  // namespace

std::string_view or_dash(std::string_view text) { return text.empty() ? std::string_view("-") : text; }

std::optional<By> by_of(std::string_view word) {
  for (const auto& [name, by] : by_words)
    if (name == word) return by;
  return std::nullopt;
}

std::string_view word_of(By by) {
  for (const auto& [name, one] : by_words)
    if (one == by) return name;
  return "";
}

std::string_view key_of(By by, const Record& call) {
  switch (by) {
    case By::syscall:
      return or_dash(call.syscall);
    case By::path:
      return or_dash(call.object());
    case By::exe:
      return or_dash(call.exe);
    case By::rule:
      return or_dash(call.rule.empty() ? call.rule_at : call.rule);
    case By::container:
      return or_dash(call.container_name.empty() ? call.container_id : call.container_name);
    case By::err:
      return or_dash(call.err);
  }
  return "-";
}

Tally& Groups::of(std::string_view key) {
  if (const auto found = tallies_.find(key); found != tallies_.end()) return found->second;
  if (tallies_.size() >= most) return others_;
  return tallies_.try_emplace(std::string(key)).first->second;
}

void Groups::add(const Record& call) { of(key_of(by_, call)).add(call); }

void Groups::add(const Groups& other) {
  for (const auto& [key, tally] : other.tallies_) of(key).add(tally);
  others_.add(other.others_);
}

Tally Groups::total() const {
  Tally sum = others_;
  for (const auto& [key, tally] : tallies_) sum.add(tally);
  return sum;
}

std::vector<Groups::Row> Groups::rows() const {
  std::vector<Row> rows;
  for (const auto& [key, tally] : tallies_) rows.push_back({key, tally});
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return a.tally.calls != b.tally.calls ? a.tally.calls > b.tally.calls : a.key < b.key;
  });
  return rows;
}

}  // namespace scsup::analysis
