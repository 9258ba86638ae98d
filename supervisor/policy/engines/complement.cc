#include "supervisor/policy/engines/complement.h"

#include <algorithm>

namespace scsup {
namespace {

constexpr std::size_t most = 256;  // lists; moby's whole profile has a dozen entries with "args"
// Exactly when the comparison fails, one of these holds.
std::vector<Comparison> negated(const Comparison& comparison) {
  Comparison opposite = comparison;
  switch (comparison.op) {
    case Compare::eq:
      opposite.op = Compare::ne;
      break;
    case Compare::ne:
      opposite.op = Compare::eq;
      break;
    case Compare::lt:
      opposite.op = Compare::ge;
      break;
    case Compare::ge:
      opposite.op = Compare::lt;
      break;
    case Compare::le:
      opposite.op = Compare::gt;
      break;
    case Compare::gt:
      opposite.op = Compare::le;
      break;
  }
  if (comparison.mask == every_bit) return {opposite};
  // SCMP_CMP_MASKED_EQ has no opposite, but it fails exactly if at least one bit differs.
  std::vector<Comparison> bits;
  for (std::uint64_t bit = 1; bit != 0; bit <<= 1)
    if (comparison.mask & bit) bits.push_back({comparison.arg, Compare::eq, ~comparison.value & bit, bit});
  return bits;
}

// The rules that libseccomp makes from an entry's args: one, or one for each arg if a register occurs twice.
std::vector<Comparisons> rules_of(const ProfileEntry& entry) {
  std::vector<Comparisons> rules(1);
  unsigned seen = 0;
  bool twice = false;
  for (const ProfileArgument& argument : entry.args) {
    twice = twice || (seen >> argument.comparison.arg & 1) != 0;
    seen |= 1u << argument.comparison.arg;
    rules.front().push_back(argument.comparison);
  }
  if (!twice) return rules;
  rules.clear();
  for (const ProfileArgument& argument : entry.args) rules.push_back({argument.comparison});
  return rules;
}

bool is_wide(const Comparison& comparison) {
  return comparison.mask != every_bit && comparison.mask > 0xffffffff;
}

}  // namespace

std::optional<std::vector<Comparisons>> complement(std::span<const ProfileEntry* const> entries,
                                                   bool narrow) {
  std::vector<Comparisons> result(1);
  for (const ProfileEntry* entry : entries) {
    for (const Comparisons& rule : rules_of(*entry)) {
      std::vector<Comparisons> next;
      for (const Comparison& comparison : rule) {
        if (narrow && is_wide(comparison)) return std::nullopt;
        for (const Comparison& opposite : negated(comparison)) {
          for (const Comparisons& so_far : result) {
            const auto on_it = std::ranges::find(so_far, opposite.arg, &Comparison::arg);
            if (on_it != so_far.end() && !(*on_it == opposite)) return std::nullopt;
            next.push_back(so_far);
            if (on_it == so_far.end()) next.back().push_back(opposite);
            if (next.size() > most) return std::nullopt;
          }
        }
      }
      result = std::move(next);
    }
  }
  return result;
}

}  // namespace scsup
