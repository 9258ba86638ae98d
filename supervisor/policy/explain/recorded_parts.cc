#include "supervisor/policy/explain/recorded_parts.h"

#include <utility>

#include "supervisor/policy/rules/steps.h"

namespace scsup {

std::map<std::string, Recorded> recorded_parts(const Policy& policy) {
  const PolicyTables& tables = policy.tables();
  std::map<std::pair<Abi, std::uint32_t>, const CallPlan*> plans;
  for (const CallPlan& plan : tables.plan.calls) plans[{plan.abi, plan.nr}] = &plan;

  std::map<std::string, Recorded> parts;
  const auto add = [&](const Ruling& ruling, bool is_shown) {
    const Origin& origin = *ruling.decision.origin;
    if (origin.kind == Origin::Kind::builtin) return;
    const Recorded now = is_shown ? Recorded::always : Recorded::never;
    const auto [at, fresh] = parts.emplace(origin.at, now);
    if (!fresh && at->second != now) at->second = Recorded::sometimes;
  };
  for (const CallSteps& call : tables.calls) {
    const auto plan = plans.find({call.abi, call.nr});
    const bool asks_always =
        plan == plans.end() ? tables.plan.default_action == ask_supervisor
                            : plan->second->branches.empty() && plan->second->otherwise == ask_supervisor;
    for (const Step& step : call.steps) {
      // Let through, and recorded without an origin: no policy asked for the record.
      const bool only_watched = call.watched && !call.trap && step.ruling->kernel == SECCOMP_RET_ALLOW;
      add(*step.ruling,
          (asks_always && !only_watched) || step.looks_at_path || step.ruling->kernel == ask_supervisor);
    }
  }
  add(*tables.fallback, tables.plan.default_action == ask_supervisor);
  return parts;
}

}  // namespace scsup
