#include "supervisor/policy/policy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>

#include "supervisor/policy/rules/steps.h"

namespace scsup {
namespace {

std::uint32_t first_by_registers(const CallSteps& call, const Registers& registers) {
  return *std::ranges::find_if(call.registers_only,
                               [&](std::uint32_t i) { return hold(call.steps[i].all_of, registers); });
}

// The first step before `limit` whose path is among the `rules` that match the object.
const Step* first_by_path(const CallSteps& call, const std::pmr::vector<std::uint32_t>& rules,
                          std::uint32_t limit, const Registers& registers) {
  auto from = call.with_path.begin();
  for (const std::uint32_t rule : rules) {
    from = std::lower_bound(from, call.with_path.end(), rule, [&](std::uint32_t i, std::uint32_t wanted) {
      return call.steps[i].rule < wanted;
    });
    if (from == call.with_path.end() || *from >= limit) return nullptr;
    const Step& step = call.steps[*from];
    if (step.rule == rule && hold(step.all_of, registers)) return &step;
  }
  return nullptr;
}

}  // namespace

Policy::Policy(std::unique_ptr<const PolicyTables> tables) : tables_(std::move(tables)) {}
Policy::~Policy() = default;

const FilterPlan& Policy::filter() const { return tables_->plan; }

std::optional<Decision> Policy::decide(const Call& call, const std::string_view* object) const {
  const PolicyTables& tables = *tables_;
  if (!tables.admits(call.abi)) return tables.not_admitted->decision;
  const CallSteps* steps = tables.find(call.abi, call.nr);
  if (!steps) return tables.fallback->decision;

  const std::uint32_t limit = first_by_registers(*steps, call.args);
  const bool looks = std::ranges::any_of(
      steps->asks, [&](std::uint32_t i) { return i < limit && hold(steps->steps[i].all_of, call.args); });
  const Ruling* ruling = steps->steps[limit].ruling;
  if (looks) {
    if (!object) return std::nullopt;
    // Enough for the rules that match one path in any sane policy; beyond that, the heap is used.
    std::array<std::byte, 1024> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    std::pmr::vector<std::uint32_t> rules(&memory);
    tables.paths.match(*object, rules);
    if (const Step* step = first_by_path(*steps, rules, limit, call.args)) ruling = step->ruling;
  }
  Decision decision = ruling->decision;
  decision.looked_at_object = looks;
  decision.existing_first = looks && decision.act == Act::deny && tables.approach.leads_on(*object);
  if ((steps->syscall->runs_program || steps->watched) && !steps->trap && !looks &&
      ruling->kernel == SECCOMP_RET_ALLOW) {
    decision.record = false;
    decision.origin = tables.watch;
  }
  return decision;
}

}  // namespace scsup
