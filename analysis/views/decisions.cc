#include "analysis/views/decisions.h"

#include <algorithm>

#include "base/printable.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t most_ways = 64;  // of deciding the same thing; more only occur in a forged log

bool same(const Decided& a, const Decided& b) {
  return std::ranges::equal(a, b, {}, &Decided::value_type::first, &Decided::value_type::first);
}

}  // namespace

void Decisions::add(Log log, const Record& record) {
  if (record.type != Type::call) return;
  Asked asked(record.syscall, record.object());
  auto found = all_.find(asked);
  if (found == all_.end()) {
    if (all_.size() >= most) {
      not_compared_ += record.calls();
      return;
    }
    found = all_.emplace(std::move(asked), Both()).first;
  }
  Decided& decided = log == Log::before ? found->second.before : found->second.after;
  // The kernel's result of an allowed call is not a decision.
  std::string way(record.act);
  if (record.act == "deny" && !record.err.empty()) way += " " + std::string(record.err);
  if (decided.size() < most_ways || decided.contains(way))
    decided[way] += record.calls();
  else
    not_compared_ += record.calls();
}

std::vector<Difference> Decisions::differences() const {
  std::vector<Difference> all;
  for (const auto& [asked, both] : all_) {
    if (same(both.before, both.after)) continue;
    const auto kind = both.before.empty()  ? Difference::Kind::appeared
                      : both.after.empty() ? Difference::Kind::disappeared
                                           : Difference::Kind::changed;
    all.push_back({kind, asked, both.before, both.after});
  }
  return all;
}

std::string to_text(const Decided& decided) {
  std::string text;
  for (const auto& [way, count] : decided)
    text += (text.empty() ? "" : ", ") + printable(way) + " " + std::to_string(count);
  return text.empty() ? "-" : text;
}

}  // namespace scsup::analysis
