#include "supervisor/policy/rules/steps.h"

#include <algorithm>
#include <set>

namespace scsup {
namespace {

std::uint32_t plain(Abi abi, std::uint32_t nr) { return abi == Abi::x32 ? nr & ~x32_bit : nr; }

struct ConditionsBefore {
  bool operator()(const Conditions* a, const Conditions* b) const {
    return std::ranges::lexicographical_compare(*a, *b, [](const Condition& x, const Condition& y) {
      return std::ranges::lexicographical_compare(x.any_of, y.any_of, {}, order_of, order_of);
    });
  }
};

}  // namespace

bool hold(const Conditions& conditions, const Registers& registers) {
  return std::ranges::all_of(conditions, [&](const Condition& condition) {
    return std::ranges::any_of(condition.any_of,
                               [&](const Comparison& c) { return c.holds(registers[c.arg]); });
  });
}

void CallSteps::index_steps() {
  std::set<const Conditions*, ConditionsBefore> seen;
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].looks_at_path) {
      registers_only.push_back(i);
      continue;
    }
    with_path.push_back(i);
    if (seen.insert(&steps[i].all_of).second) asks.push_back(i);
  }
}

bool PolicyTables::admits(Abi abi) const { return std::ranges::find(abis, abi) != abis.end(); }

const CallSteps* PolicyTables::find(Abi abi, std::uint32_t nr) const {
  const auto& numbers = by_number[static_cast<int>(abi)];
  const std::uint32_t index = plain(abi, nr);
  return index < numbers.size() ? numbers[index] : nullptr;
}

void PolicyTables::index_calls() {
  for (CallSteps& call : calls) {
    call.index_steps();
    auto& numbers = by_number[static_cast<int>(call.abi)];
    const std::uint32_t index = plain(call.abi, call.nr);
    if (numbers.size() <= index) numbers.resize(index + 1, nullptr);
    numbers[index] = &call;
  }
}

}  // namespace scsup
