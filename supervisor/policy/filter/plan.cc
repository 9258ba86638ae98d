#include "supervisor/policy/filter/plan.h"

#include <algorithm>
#include <set>

#include "base/handshake.h"
#include "supervisor/policy/rules/traps.h"

namespace scsup {
namespace {

// For the branches of all calls together, in instructions; the tree for a long allow list on three ABIs needs the
// rest.
constexpr std::size_t instruction_budget = 1600;
// The most that compile() emits for a masked 64-bit comparison, for a branch's end, for a call's dispatch.
constexpr std::size_t comparison_cost = 8, branch_cost = 2, call_cost = 4;

std::uint32_t action_of(const CallSteps& call, const Step& step) {
  if (step.looks_at_path) return ask_supervisor;
  const std::uint32_t action = step.ruling->kernel;
  if (call.trap && call.traps_inside.empty() && !only_kernel_does(action)) return ask_supervisor;
  return call.watched && lets_through(action) ? ask_supervisor : action;
}

// An and of ors to an or of ands; false if that has more than `limit` elements.
bool expand(const Conditions& conditions, std::size_t limit, std::vector<std::vector<Comparison>>& result) {
  result.assign(1, {});
  for (const Condition& condition : conditions) {
    if (result.size() * condition.any_of.size() > limit) return false;
    std::vector<std::vector<Comparison>> next;
    for (const auto& so_far : result) {
      for (const Comparison& comparison : condition.any_of) {
        next.push_back(so_far);
        next.back().push_back(comparison);
      }
    }
    result = std::move(next);
  }
  return true;
}

struct Before {
  bool operator()(const std::vector<Comparison>& a, const std::vector<Comparison>& b) const {
    return std::ranges::lexicographical_compare(a, b, {}, order_of, order_of);
  }
};

bool only_kernel_can(std::uint32_t action) {
  const std::uint32_t kind = action & SECCOMP_RET_ACTION_FULL;
  return kind == SECCOMP_RET_TRAP || kind == SECCOMP_RET_TRACE || kind == SECCOMP_RET_LOG ||
         action == SECCOMP_RET_ERRNO;
}

bool supervisor_can(const CallPlan& plan) {
  return !only_kernel_can(plan.otherwise) && std::ranges::none_of(plan.branches, [](const Branch& branch) {
    return only_kernel_can(branch.action);
  });
}

std::size_t cost(const CallPlan& plan) {
  if (plan.branches.empty()) return 0;
  std::size_t sum = call_cost;
  for (const Branch& branch : plan.branches) sum += branch_cost + comparison_cost * branch.all_of.size();
  return sum;
}

void notify_always(CallPlan& plan) {
  plan.branches.clear();
  plan.otherwise = ask_supervisor;
}

constexpr Comparison marked{handshake::exec_mark_argument, Compare::eq, handshake::exec_mark};

std::uint32_t exec_number() {
  return static_cast<std::uint32_t>(find_syscall("execve")->number(Abi::x86_64));
}
bool is_exec(const CallPlan& call) { return call.abi == Abi::x86_64 && call.nr == exec_number(); }

void fit_budget(std::vector<CallPlan>& calls) {
  std::size_t sum = 0;
  std::vector<CallPlan*> removable;
  for (CallPlan& plan : calls) {
    sum += cost(plan);
    if (!plan.branches.empty() && supervisor_can(plan)) removable.push_back(&plan);
  }
  std::ranges::stable_sort(removable, std::ranges::greater{},
                           [](const CallPlan* plan) { return cost(*plan); });
  for (CallPlan* plan : removable) {
    if (sum <= instruction_budget) return;
    sum -= cost(*plan);
    notify_always(*plan);
  }
}

}  // namespace

CallPlan plan_call(const CallSteps& call) {
  CallPlan plan{call.abi, call.nr, {}, ask_supervisor};
  const bool may_give_up = std::ranges::none_of(
      call.steps, [&](const Step& step) { return only_kernel_can(action_of(call, step)); });
  const std::size_t limit = may_give_up ? branch_limit : std::size_t{BPF_MAXINSNS};
  for (const Comparison& comparison : call.traps_inside)
    plan.branches.push_back({{comparison}, ask_supervisor});
  std::set<std::vector<Comparison>, Before> seen;
  for (const Step& step : call.steps) {
    const std::uint32_t action = action_of(call, step);
    if (step.all_of.empty()) {
      plan.otherwise = action;
      break;
    }
    std::vector<std::vector<Comparison>> branches;
    if (!expand(step.all_of, limit, branches) || plan.branches.size() + branches.size() > limit) break;
    for (auto& all_of : branches)
      if (seen.insert(all_of).second) plan.branches.push_back({std::move(all_of), action});
  }
  while (!plan.branches.empty() && plan.branches.back().action == plan.otherwise) plan.branches.pop_back();
  return plan;
}

FilterPlan with_marked_exec(FilterPlan plan) {
  auto exec = std::ranges::find_if(plan.calls, is_exec);
  if (exec == plan.calls.end())
    exec = plan.calls.insert(exec, CallPlan{Abi::x86_64, exec_number(), {}, plan.default_action});
  const auto passes = [](const Branch& branch) { return lets_through(branch.action); };
  if (supervisor_can(*exec) && (lets_through(exec->otherwise) || std::ranges::any_of(exec->branches, passes)))
    exec->branches.insert(exec->branches.begin(), {{marked}, ask_supervisor});
  return plan;
}

bool shows_marked_exec(const FilterPlan& plan) {
  const auto exec = std::ranges::find_if(plan.calls, is_exec);
  if (exec == plan.calls.end()) return plan.default_action == ask_supervisor;
  if (exec->branches.empty()) return exec->otherwise == ask_supervisor;
  return exec->branches.front().all_of == std::vector<Comparison>{marked};
}

FilterPlan make_plan(const PolicyTables& tables) {
  FilterPlan plan;
  plan.abis = tables.abis;
  plan.default_action = tables.fallback->kernel;
  for (const CallSteps& call : tables.calls) {
    CallPlan one = plan_call(call);
    if (!one.branches.empty() || one.otherwise != plan.default_action) plan.calls.push_back(std::move(one));
  }
  fit_budget(plan.calls);
  return plan;
}

}  // namespace scsup
