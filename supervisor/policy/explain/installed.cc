#include "supervisor/policy/explain/installed.h"

#include <algorithm>
#include <map>
#include <set>

#include "supervisor/policy/text/errno_names.h"

namespace scsup {
namespace {

using Key = std::pair<Abi, std::uint32_t>;

// The plans by call; calls that a plan leaves out have its default action.
class Plans {
 public:
  explicit Plans(const FilterPlan& plan) : default_(plan.default_action) {
    for (const CallPlan& call : plan.calls) by_call_[{call.abi, call.nr}] = &call;
  }
  CallPlan at(const Key& key) const {
    const auto found = by_call_.find(key);
    return found == by_call_.end() ? CallPlan{key.first, key.second, {}, default_} : *found->second;
  }
  void collect(std::set<Key>& keys) const {
    for (const auto& [key, plan] : by_call_) keys.insert(key);
  }

 private:
  const std::uint32_t default_;
  std::map<Key, const CallPlan*> by_call_;
};

bool shows_always(const CallPlan& plan) { return plan.branches.empty() && plan.otherwise == ask_supervisor; }
bool shows(const CallPlan& plan) {
  return plan.otherwise == ask_supervisor ||
         std::ranges::any_of(plan.branches, [](const Branch& b) { return b.action == ask_supervisor; });
}

std::string describe(const CallPlan& plan) {
  if (!plan.branches.empty()) return "by its arguments";
  switch (plan.otherwise & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return "allow";
    case SECCOMP_RET_LOG:
      return "allow and log";
    case SECCOMP_RET_ERRNO:
      return "deny with " + std::string(errno_name(static_cast<int>(plan.otherwise & SECCOMP_RET_DATA)));
    case SECCOMP_RET_TRAP:
      return "SIGSYS";
    case SECCOMP_RET_TRACE:
      return "ask a tracer";
    default:
      return "kill";
  }
}

}  // namespace

std::vector<StillDecided> still_decided(const Policy& installed, const Policy& wanted, bool by_engine) {
  const Plans there(installed.filter()), here(wanted.filter());
  std::set<Key> keys;
  there.collect(keys);
  here.collect(keys);
  std::map<std::string, std::string> found;
  for (const Key& key : keys) {
    const CallPlan has = there.at(key), wants = here.at(key);
    if (shows_always(has) || (has.branches == wants.branches && has.otherwise == wants.otherwise)) continue;
    const Syscall* const syscall = find_syscall(key.first, key.second);
    if (syscall && !(by_engine && syscall->runs_program))
      found.emplace(syscall->name, describe(has));  // the first ABI stands for all
  }
  std::vector<StillDecided> result;
  for (auto& [name, how] : found) result.push_back({name, how});
  return result;
}

std::vector<std::string> trapped_calls(const Policy& policy) {
  std::set<std::string> names;
  for (const CallPlan& plan : policy.filter().calls)
    if (const Syscall* syscall = shows(plan) ? find_syscall(plan.abi, plan.nr) : nullptr)
      names.emplace(syscall->name);
  return {names.begin(), names.end()};
}

}  // namespace scsup
