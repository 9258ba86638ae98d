#include "supervisor/policy/rules/rule_conditions.h"

namespace scsup {
namespace {

void append(Conditions& conditions, const ArgumentCondition& condition, std::uint8_t arg,
            std::uint64_t width) {
  const auto one = [&](Compare op, std::uint64_t value, std::uint64_t mask) {
    conditions.push_back({{{arg, op, value, mask}}});
  };
  if (!condition.one_of.empty()) {
    Condition either;
    for (const std::uint64_t value : condition.one_of)
      either.any_of.push_back({arg, Compare::eq, value, width});
    conditions.push_back(std::move(either));
  }
  if (condition.any) one(Compare::ne, 0, *condition.any & width);
  if (condition.all) one(Compare::eq, *condition.all, *condition.all & width);
  if (condition.none) one(Compare::eq, 0, *condition.none & width);
  if (condition.min) one(Compare::ge, *condition.min, width);
  if (condition.max) one(Compare::le, *condition.max, width);
}

}  // namespace

std::uint64_t width_of(const Syscall& syscall, const Argument& argument) {
  // mkdir and chmod drop the file type bits of their umode_t: chmod(0100777) is chmod(0777), and must not bypass a
  // rule on 0777 by setting them.
  if (argument.role == Role::mode && syscall.is_performed()) return 07777;
  return argument.bits < 64 ? (std::uint64_t{1} << argument.bits) - 1 : ~std::uint64_t{0};
}

std::optional<Comparison> meant_by(const Named& named, Abi abi) {
  if (named.portion == Portion::whole) return std::nullopt;
  const std::uint64_t flag = named.syscall->turning_flag;
  return Comparison{static_cast<std::uint8_t>(named.syscall->position(Role::flags, abi)), Compare::eq,
                    named.portion == Portion::with_flag ? flag : 0, flag};
}

std::optional<Conditions> rule_conditions(const Rule& rule, const Named& named, Abi abi,
                                          Arguments arguments) {
  const Syscall& syscall = *named.syscall;
  const bool fails_closed_by_holding = rule.action == RuleAction::deny;
  Conditions conditions;
  if (const auto part = meant_by(named, abi)) conditions.push_back({{*part}});
  for (const ArgumentCondition& condition : rule.conditions) {
    const int position = arguments == Arguments::hidden ? -1 : syscall.position(condition.role, abi);
    if (position >= 0) {
      append(conditions, condition, static_cast<std::uint8_t>(position),
             width_of(syscall, syscall.arguments(abi)[static_cast<std::size_t>(position)]));
    } else if (!fails_closed_by_holding) {
      return std::nullopt;
    }
  }
  if (arguments == Arguments::hidden) {
    if (!rule.args.empty() && !fails_closed_by_holding) return std::nullopt;
    return conditions;
  }
  for (const ProfileArgument& argument : rule.args) conditions.push_back({{argument.comparison}});
  return conditions;
}

}  // namespace scsup
