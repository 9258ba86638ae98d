#include "supervisor/policy/rules/rule_steps.h"

#include <algorithm>

#include "supervisor/policy/document/multiplexed.h"
#include "supervisor/policy/rules/rule_conditions.h"

namespace scsup {
namespace {

// For a whole policy; only absurd brace expressions exceed it.
constexpr std::size_t pattern_bytes_limit = 64u << 20;

std::uint32_t kernel_action(const Decision& decision, bool audited) {
  if (audited || decision.act == Act::emulate) return SECCOMP_RET_USER_NOTIF;
  return decision.act == Act::allow ? SECCOMP_RET_ALLOW
                                    : SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(decision.err);
}

bool audited_by(AuditScope scope, RuleAction action) {
  return scope == AuditScope::all || action == RuleAction::deny;
}

Act act_of(RuleAction action) {
  switch (action) {
    case RuleAction::allow:
      return Act::allow;
    case RuleAction::deny:
      return Act::deny;
    case RuleAction::emulate:
      return Act::emulate;
  }
  return Act::deny;
}

void add_part(std::vector<Comparison>& parts, const Comparison& part) {
  if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
}

}  // namespace

const Ruling* default_ruling(const Supervise& supervise, PolicyTables& tables) {
  const auto fallback = supervise.fallback.value_or(Supervise::Default{RuleAction::deny, 1, supervise.place});
  const std::string at = render(tables.file, fallback.place);
  Ruling ruling;
  ruling.decision.act = act_of(fallback.action);
  ruling.decision.err = fallback.err;
  ruling.decision.origin =
      tables.add_origin({Origin::Kind::rule_default, "", at, "supervise.default at " + at});
  ruling.kernel = kernel_action(ruling.decision, audited_by(supervise.audit, fallback.action));
  return tables.add_ruling(std::move(ruling));
}

RuleSteps::RuleSteps(const Supervise& supervise, const Environment& environment, const Ruling* fallback,
                     PolicyTables& tables, Diagnostics& diagnostics)
    : scope_(supervise.audit), fallback_(fallback), tables_(tables), diagnostics_(diagnostics) {
  const GlobNames names{environment.home, environment.directory};
  std::uint32_t index = 0;
  for (const Rule& rule : supervise.rules) {
    if (add_globs(rule, index, names)) add(rule, index);
    ++index;
  }
  auto paths = PathSet::make(std::move(globs_));
  if (paths)
    tables.paths = std::move(*paths);
  else
    error(supervise.place, paths.error().text());
}

void RuleSteps::error(Place place, std::string message) {
  diagnostics_.push_back({Diagnostic::Severity::error, place, std::move(message)});
}

bool RuleSteps::add_globs(const Rule& rule, std::uint32_t index, const GlobNames& names) {
  bool good = true;
  for (const auto& path : rule.paths) {
    auto flat = read_glob(path.value, names);
    if (!flat) {
      error(path.place, flat.error() + ": " + in_quotes(path.value));
      good = false;
      continue;
    }
    for (FlatGlob& glob : *flat) {
      if (rule.action != RuleAction::deny) tables_.approach.add(glob);
      pattern_bytes_ += sizeof(FlatGlob) + glob.pattern.size();
      for (const auto& component : glob.literal) pattern_bytes_ += sizeof(std::string) + component.size();
      if (pattern_bytes_ > pattern_bytes_limit) {
        error(path.place, "the paths of this policy need more than " +
                              std::to_string(pattern_bytes_limit >> 20) +
                              " MiB; use fewer alternatives in '{...}'");
        return false;
      }
      globs_.push_back({index, std::move(glob)});
    }
  }
  return good;
}

const Ruling* RuleSteps::ruling(const Rule& rule) {
  const std::string at = render(tables_.file, rule.place);
  Ruling ruling;
  ruling.decision.act = act_of(rule.action);
  ruling.decision.err = rule.err;
  ruling.decision.mode_mask = rule.mode_mask;
  ruling.decision.on_disk = rule.on_disk;
  ruling.decision.origin =
      tables_.add_origin({Origin::Kind::rule, rule.id, at,
                          (rule.id.empty() ? "the rule at " : "rule " + rule.id + " at ") + at});
  ruling.kernel =
      kernel_action(ruling.decision, rule.audit.value_or(rule.on_disk || audited_by(scope_, rule.action)));
  return tables_.add_ruling(std::move(ruling));
}

void RuleSteps::add(const Rule& rule, std::uint32_t index) {
  for (const auto& written : rule.syscalls)
    if (!find_syscall(written.value) && !is_group(written.value))
      error(written.place, "unknown syscall or group " + in_quotes(written.value));
  const Ruling* said = ruling(rule);
  bool reaches = false;
  for (const Named& named : calls_of(rule.syscalls)) {
    const Syscall* const syscall = named.syscall;
    if (!syscall->is_performed() && (!rule.paths.empty() || rule.action == RuleAction::emulate)) {
      error(rule.place, in_quotes(syscall->name) +
                            " is not performed by scsup: it can be in no rule with \"path\" or "
                            "\"emulate\"");
      continue;
    }
    add(rule, index, named, said);
    if ((!rule.paths.empty() || rule.action == RuleAction::emulate) && syscall->operation().by_landlock)
      tables_.performs_confined = true;
    reaches =
        reaches || std::ranges::any_of(tables_.abis, [&](Abi abi) { return syscall->number(abi) >= 0; });
  }
  if (!reaches)
    diagnostics_.push_back({Diagnostic::Severity::warning, rule.place,
                            "no admitted architecture has a call that this rule names"});
}

void RuleSteps::add(const Rule& rule, std::uint32_t index, const Named& named, const Ruling* said) {
  const Syscall& syscall = *named.syscall;
  for (const Abi abi : tables_.abis) {
    if (syscall.number(abi) < 0) continue;
    const CallKey key{abi, static_cast<std::uint32_t>(syscall.number(abi))};
    if (const auto part = meant_by(named, abi))
      add_part(found_[key].inner, *part);
    else
      found_[key].whole = true;
    add(key, rule, index, rule_conditions(rule, named, abi, Arguments::in_registers), said);
  }
  const auto inside = multiplexed_on_i386(syscall.name);
  if (!inside || !inside->through || !tables_.admits(Abi::i386)) return;
  const CallKey key{Abi::i386, static_cast<std::uint32_t>(inside->through->number(Abi::i386))};
  add_part(found_[key].inner, inside->selects);
  auto conditions = rule_conditions(rule, named, Abi::i386, Arguments::hidden);
  if (conditions) conditions->insert(conditions->begin(), Condition{{inside->selects}});
  add(key, rule, index, std::move(conditions), said);
}

void RuleSteps::add(CallKey key, const Rule& rule, std::uint32_t index, std::optional<Conditions> conditions,
                    const Ruling* said) {
  Found& found = found_[key];
  if (!conditions || found.closed) return;
  found.closed = conditions->empty() && rule.paths.empty();
  found.steps.push_back({std::move(*conditions), !rule.paths.empty(), index, said});
}

std::vector<Step> RuleSteps::steps(CallKey key, std::vector<Step> after) const {
  const auto at = found_.find(key);
  if (at == found_.end()) return after;
  const Found& found = at->second;
  std::vector<Step> steps = found.steps;
  if (found.closed) return steps;
  if (found.whole) {
    steps.push_back({{}, false, 0, fallback_});
    return steps;
  }
  if (!found.inner.empty()) steps.push_back({{Condition{found.inner}}, false, 0, fallback_});
  steps.insert(steps.end(), after.begin(), after.end());
  return steps;
}

std::vector<CallKey> RuleSteps::named() const {
  std::vector<CallKey> keys;
  for (const auto& [key, found] : found_) keys.push_back(key);
  return keys;
}

}  // namespace scsup
