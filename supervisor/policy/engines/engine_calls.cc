#include "supervisor/policy/engines/engine_calls.h"

#include <algorithm>
#include <map>
#include <optional>

#include "supervisor/policy/document/multiplexed.h"
#include "supervisor/policy/rules/steps.h"
#include "supervisor/seccomp/runtime_calls.h"

namespace scsup {
namespace {

const Origin* first_that_notifies(const CallSteps& call, const Origin* watch) {
  if (call.trap) return call.trap;
  for (const Step& step : call.steps)
    if (step.looks_at_path || step.ruling->kernel == ask_supervisor) return step.ruling->decision.origin;
  return watch ? watch : call.steps.back().ruling->decision.origin;
}

bool is_built_in(const CallSteps& call) {
  return call.steps.front().ruling->decision.origin->kind == Origin::Kind::builtin;
}

// In a filter made by an engine, the program's exec separates the runtime's own calls from the program's, so it is
// never let through unseen. False: the plan let nothing through.
bool show_what_passes(CallPlan& plan) {
  bool passed = false;
  const auto show = [&](std::uint32_t& action) {
    if (!lets_through(action)) return;
    action = ask_supervisor;
    passed = true;
  };
  show(plan.otherwise);
  for (Branch& branch : plan.branches) show(branch.action);
  return passed;
}

bool asks(const CallPlan& plan) {
  return plan.otherwise == ask_supervisor || std::ranges::any_of(plan.branches, [](const Branch& branch) {
           return branch.action == ask_supervisor;
         });
}

// The rest of a plan for socketcall or ipc once their first register has selected a call.
CallPlan inside(const CallPlan& plan, std::uint64_t selector) {
  CallPlan result{plan.abi, plan.nr, {}, plan.otherwise};
  for (Branch branch : plan.branches) {
    const auto on_it = [](const Comparison& c) { return c.arg == 0; };
    if (!std::ranges::all_of(branch.all_of,
                             [&](const Comparison& c) { return !on_it(c) || c.holds(selector); }))
      continue;
    std::erase_if(branch.all_of, on_it);
    if (branch.all_of.empty()) {
      result.otherwise = branch.action;
      break;
    }
    result.branches.push_back(std::move(branch));
  }
  return result;
}

class Survey {
 public:
  explicit Survey(const PolicyTables& tables) : tables_(tables) {
    for (const CallPlan& plan : tables.plan.calls) plans_[{plan.abi, plan.nr}] = &plan;
  }

  // Over all admitted ABIs; nothing if none of them has the call.
  std::optional<EngineCall> of(std::string_view name) const {
    std::optional<EngineCall> whole;
    const Syscall* syscall = find_syscall(name);
    for (const Abi abi : tables_.abis)
      if (syscall && syscall->number(abi) >= 0) join(whole, of(name, abi, syscall->number(abi), nullptr));
    if (const auto hidden = multiplexed_on_i386(name); hidden && tables_.admits(Abi::i386))
      join(whole, of(name, Abi::i386, hidden->through->number(Abi::i386), &hidden->selects));
    return whole;
  }

 private:
  EngineCall of(std::string_view name, Abi abi, std::int32_t number, const Comparison* selects) const {
    const auto nr = static_cast<std::uint32_t>(number);
    const auto plan = plans_.find({abi, nr});
    CallPlan filter =
        plan == plans_.end() ? CallPlan{abi, nr, {}, tables_.plan.default_action} : *plan->second;
    if (selects) filter = inside(filter, selects->value);
    const Syscall* const syscall = find_syscall(abi, nr);
    const CallSteps* const call = tables_.find(abi, nr);
    const bool watched = (syscall && syscall->runs_program && show_what_passes(filter)) ||
                         (call && call->watched && asks(filter));
    EngineCall result{name, filter.branches.empty() ? filter.otherwise : ask_supervisor};
    result.origin = tables_.fallback->decision.origin;
    result.asked = asks(filter);
    if (!call) return result;
    result.by_supervise = call->supervised || call->trap || is_built_in(*call) || watched;
    result.origin = first_that_notifies(*call, watched ? tables_.watch : nullptr);
    return result;
  }
  static void join(std::optional<EngineCall>& whole, const EngineCall& one) {
    if (!whole) {
      whole = one;
      return;
    }
    if (whole->action != one.action) {
      if (lets_through(whole->action)) whole->origin = one.origin;
      whole->action = ask_supervisor;
    }
    whole->asked = whole->asked || one.asked;
    whole->by_supervise = whole->by_supervise || one.by_supervise;
  }

  const PolicyTables& tables_;
  std::map<std::pair<Abi, std::uint32_t>, const CallPlan*> plans_;
};

}  // namespace

std::vector<EngineCall> engine_calls(const Policy& policy) {
  std::vector<std::string_view> names;
  for (const Syscall& syscall : all_syscalls()) names.push_back(syscall.name);
  for (const std::string_view name : multiplexed_names())
    if (!find_syscall(name)) names.push_back(name);
  const Survey survey(policy.tables());
  std::vector<EngineCall> calls;
  for (const std::string_view name : names)
    if (auto call = survey.of(name); call && (!lets_through(call->action) || call->by_supervise))
      calls.push_back(*call);
  return calls;
}

bool runtimes_need(const EngineCall& call) {
  constexpr std::uint32_t unknown_there = SECCOMP_RET_ERRNO | 38;  // ENOSYS
  const Syscall* syscall = find_syscall(call.name);
  return syscall && is_runtime_call(*syscall) &&
         !(call.action == unknown_there && call.origin->kind == Origin::Kind::entry);
}

bool can_be_notified(std::string_view name) { return name != "write"; }

std::string_view profile_word(std::uint32_t action) {
  switch (action & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return "SCMP_ACT_ALLOW";
    case SECCOMP_RET_LOG:
      return "SCMP_ACT_LOG";
    case SECCOMP_RET_USER_NOTIF:
      return "SCMP_ACT_NOTIFY";
    case SECCOMP_RET_ERRNO:
      return "SCMP_ACT_ERRNO";
    case SECCOMP_RET_TRACE:
      return "SCMP_ACT_TRACE";
    case SECCOMP_RET_TRAP:
      return "SCMP_ACT_TRAP";
    case SECCOMP_RET_KILL_THREAD:
      return "SCMP_ACT_KILL_THREAD";
    default:
      return "SCMP_ACT_KILL_PROCESS";
  }
}

}  // namespace scsup
