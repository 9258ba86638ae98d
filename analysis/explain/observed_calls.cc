#include "analysis/explain/observed_calls.h"

#include <algorithm>

#include "analysis/explain/rebuilt_policy.h"
#include "base/printable.h"

namespace scsup::analysis {
namespace {

bool lets_some_through(const CallPlan& plan) {
  return lets_through(plan.otherwise) ||
         std::ranges::any_of(plan.branches, [](const Branch& branch) { return lets_through(branch.action); });
}

}  // namespace

void ObservedCalls::add(const Record& record, bool counts) {
  shelf_.add(record);
  if (!counts || (record.type != Type::call && record.type != Type::task)) return;
  if (const LoggedPolicy* const policy = shelf_.find(record))
    where_.emplace(policy, shelf_.surroundings(record));
  const Syscall* const syscall = find_syscall(record.syscall);
  if (!syscall) {
    unnamed += record.calls();
    return;
  }
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32})
    if (record.arch == name(abi)) abis.insert(abi);
  const bool was_let = record.type == Type::task || record.act == "allow" || record.act == "emulate" ||
                       record.rule == "@path";  // it fails by itself
  (was_let ? allowed : denied).emplace(syscall->name);
}

void ObservedCalls::ask_filters() {
  std::erase_if(denied, [&](const std::string& name) { return allowed.contains(name); });
  for (const LoggedPolicy& logged : shelf_.all()) {
    const auto where = where_.find(&logged);
    const auto policy =
        rebuild(logged.file, logged.text, where == where_.end() ? Surroundings() : where->second);
    if (!policy) continue;
    ++policies;
    const FilterPlan& plan = policy->policy->filter();
    if (lets_through(plan.default_action)) {
      open.push_back(printable(logged.file));
      continue;
    }
    for (const CallPlan& call : plan.calls) {
      const Syscall* const syscall = find_syscall(call.abi, call.nr);
      if (!syscall || !lets_some_through(call)) continue;
      by_filter.emplace(syscall->name);
      if (!call.branches.empty()) narrowed.emplace(syscall->name);
    }
  }
}

}  // namespace scsup::analysis
