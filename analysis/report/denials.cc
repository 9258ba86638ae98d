#include "analysis/report/denials.h"

#include "analysis/count/groups.h"

namespace scsup::analysis {
namespace {

void keep_first(std::set<std::int64_t>& numbers, std::int64_t number, std::size_t most) {
  if (number < 0) return;
  numbers.insert(number);
  if (numbers.size() > most) numbers.erase(std::prev(numbers.end()));
}

// Is this the line of the first call so far? Numbers are unique in a log.
bool is_earlier(std::int64_t number, const std::set<std::int64_t>& numbers) {
  return number >= 0 && (numbers.empty() || number < *numbers.begin());
}

void widen(Denials::Group& group, std::string_view first, std::string_view last) {
  if (group.first.empty() || first < group.first) group.first = first;
  if (last > group.last) group.last = last;
}

}  // namespace

Denials::Group* Denials::of(const std::string& key) {
  if (const auto found = groups_.find(key); found != groups_.end()) return &found->second;
  return groups_.size() < most ? &groups_[key] : nullptr;
}

void Denials::add(const Record& call) {
  key_.clear();
  for (const std::string_view part : {call.rule, call.rule_at, call.policy_sha, call.syscall, call.err})
    key_.append(part) += '\0';
  Group* const group = of(key_);
  if (!group) {
    others_ += call.calls();
    return;
  }
  if (group->calls == 0) {
    group->rule = call.rule;
    group->by_default = call.rule.empty() && call.by_default;
    group->at = call.rule_at;
    group->sha = call.policy_sha;
    group->syscall = or_dash(call.syscall);
    group->err = call.err;
  }
  group->calls += call.calls();
  if (call.act == "kill") group->killed += call.calls();
  widen(*group, call.time, call.last());
  if (is_earlier(call.seq, group->seqs)) group->line = call.line;
  keep_first(group->seqs, call.seq, most_seqs);
  group->objects.add(or_dash(call.object()), call.calls());
  group->programs.add(or_dash(call.exe.empty() ? call.comm : call.exe), call.calls());
}

void Denials::add(const Denials& other) {
  others_ += other.others_;
  for (const auto& [key, theirs] : other.groups_) {
    Group* const group = of(key);
    if (!group) {
      others_ += theirs.calls;
      continue;
    }
    if (group->calls == 0) {
      *group = theirs;
      continue;
    }
    group->calls += theirs.calls;
    group->killed += theirs.killed;
    widen(*group, theirs.first, theirs.last);
    if (!theirs.seqs.empty() && is_earlier(*theirs.seqs.begin(), group->seqs)) group->line = theirs.line;
    for (const std::int64_t seq : theirs.seqs) keep_first(group->seqs, seq, most_seqs);
    group->objects.add(theirs.objects);
    group->programs.add(theirs.programs);
  }
}

std::vector<const Denials::Group*> Denials::rows() const {
  std::vector<const Group*> rows;
  for (const auto& [key, group] : groups_) rows.push_back(&group);
  std::ranges::sort(rows, [](const Group* a, const Group* b) {
    if (a->calls != b->calls) return a->calls > b->calls;
    return std::tie(a->at, a->rule, a->syscall, a->err, a->sha) <
           std::tie(b->at, b->rule, b->syscall, b->err, b->sha);
  });
  return rows;
}

}  // namespace scsup::analysis
