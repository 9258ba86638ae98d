#include "supervisor/seccomp/filter.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/sealed.h"
#include "supervisor/seccomp/filter_front.h"
#include "supervisor/seccomp/filter_tree.h"

namespace scsup {
namespace {

std::string described(const CallPlan& call) {
  return "call " + std::to_string(call.nr) + " of " + std::string(name(call.abi));
}

// What is wrong with the plan, or nothing.
std::string fault(const FilterPlan& plan) {
  if (plan.abis.empty()) return "a filter plan must admit at least one ABI";
  std::set<std::pair<Abi, std::uint32_t>> seen;
  for (const CallPlan& call : plan.calls) {
    if (std::ranges::find(plan.abis, call.abi) == plan.abis.end())
      return described(call) + " is planned, but the plan doesn't admit that ABI";
    if (call.abi != Abi::i386 && (call.abi == Abi::x32) != ((call.nr & x32_bit) != 0))
      return described(call) + " is planned, but bit 30 of its number says another ABI";
    if (!seen.emplace(call.abi, call.nr).second) return described(call) + " is planned twice";
    for (const Branch& branch : call.branches)
      for (const Comparison& comparison : branch.all_of)
        if (comparison.arg > 5) return described(call) + " compares an argument after the sixth";
  }
  return {};
}

}  // namespace

bool Comparison::holds(std::uint64_t argument) const {
  const std::uint64_t masked = argument & mask;
  switch (op) {
    case Compare::eq:
      return masked == value;
    case Compare::ne:
      return masked != value;
    case Compare::lt:
      return masked < value;
    case Compare::le:
      return masked <= value;
    case Compare::gt:
      return masked > value;
    case Compare::ge:
      return masked >= value;
  }
  return false;
}

Result<Program> compile(const FilterPlan& plan) {
  if (std::string wrong = fault(plan); !wrong.empty()) return failed(EINVAL, std::move(wrong));

  std::vector<Abi> abis = plan.abis;
  std::ranges::sort(abis);
  abis.erase(std::unique(abis.begin(), abis.end()), abis.end());

  std::vector<const CallPlan*> front, tree;
  for (const CallPlan& call : plan.calls) {
    if (call.branches.empty() && call.otherwise == plan.default_action) continue;
    const bool in_tree = call.branches.empty() && tree_can_hold(call.abi, call.nr);
    (in_tree ? tree : front).push_back(&call);
  }
  auto tail = make_tree(abis, plan.default_action, tree);
  if (!tail) return tail;
  Program program = put_in_front(front, *tail);
  if (program.size() > BPF_MAXINSNS)
    return failed(E2BIG, "the filter needs " + std::to_string(program.size()) +
                             " instructions and the kernel takes " + std::to_string(BPF_MAXINSNS) +
                             "; use fewer rules that compare arguments");
  return program;
}

Result<Fd> sealed_memfd(const Program& program) {
  return seal({reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter)},
              "the filter");
}

}  // namespace scsup
