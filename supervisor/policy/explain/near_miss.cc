#include "supervisor/policy/explain/near_miss.h"

#include <algorithm>
#include <cstdio>
#include <memory_resource>

#include "supervisor/policy/document/multiplexed.h"
#include "supervisor/policy/paths/path_set.h"
#include "supervisor/policy/rules/rule_conditions.h"

namespace scsup {
namespace {

std::string number(Role role, std::uint64_t value) {
  char text[32];
  const char* const form = role == Role::mode ? "%#llo" : role == Role::flags ? "0x%llx" : "%llu";
  std::snprintf(text, sizeof text, form, static_cast<unsigned long long>(value));
  return role == Role::mode && value == 0 ? "0000" : text;
}

std::string numbers(Role role, const std::vector<std::uint64_t>& values) {
  constexpr std::size_t shown = 8;
  std::string text;
  for (std::size_t i = 0; i < values.size() && i < shown; ++i)
    text += (i ? ", " : "") + number(role, values[i]);
  return text + (values.size() > shown ? ", ..." : "");
}

// The part of one named condition that doesn't hold for `x`; "" if all of it holds.
std::string unmet_by(const ArgumentCondition& c, std::uint64_t x, std::uint64_t width) {
  const auto said = [&](const char* how, std::uint64_t value) {
    return std::string(how) + " " + number(c.role, value);
  };
  // As in the steps: the value to compare with is cut only where its bits are masked.
  if (!c.one_of.empty() && std::ranges::find(c.one_of, x) == c.one_of.end())
    return (c.one_of.size() == 1 ? "is not " : "is none of ") + numbers(c.role, c.one_of);
  if (c.any && (x & *c.any & width) == 0) return said("has none of the bits", *c.any);
  if (c.all && (x & *c.all & width) != *c.all) return said("lacks bits of", *c.all);
  if (c.none && (x & *c.none & width) != 0) return said("has bits of", *c.none);
  if (c.min && x < *c.min) return said("is below", *c.min);
  if (c.max && x > *c.max) return said("is above", *c.max);
  return "";
}

// How one of a rule's names means a call.
struct Reading {
  Named named;
  Arguments arguments;
};

std::vector<Reading> readings(const Rule& rule, const Call& call) {
  std::vector<Reading> found;
  for (const Named& named : calls_of(rule.syscalls)) {
    const Syscall* const syscall = named.syscall;
    const auto part = meant_by(named, call.abi);
    if (syscall->number(call.abi) >= 0 && static_cast<std::uint32_t>(syscall->number(call.abi)) == call.nr &&
        (!part || part->holds(call.args[part->arg])))
      found.push_back({named, Arguments::in_registers});
    const auto inside = call.abi == Abi::i386 ? multiplexed_on_i386(syscall->name) : std::nullopt;
    if (inside && inside->through &&
        static_cast<std::uint32_t>(inside->through->number(Abi::i386)) == call.nr &&
        inside->selects.holds(call.args[inside->selects.arg]))
      found.push_back({named, Arguments::hidden});
  }
  return found;
}

std::vector<Unmet> unmet_registers(const Rule& rule, const Reading& reading, const Call& call) {
  std::vector<Unmet> unmet;
  const bool hidden = reading.arguments == Arguments::hidden;
  const auto unseen = [&](Place place, const std::string& what) {
    if (rule.action != RuleAction::deny)
      unmet.push_back({place, what + " can't be seen in this call, so that nothing is allowed by it"});
  };
  for (const ArgumentCondition& condition : rule.conditions) {
    const int position = hidden ? -1 : reading.named.syscall->position(condition.role, call.abi);
    const std::string what(name(condition.role));
    if (position < 0) {
      unseen(condition.place, what);
      continue;
    }
    const auto at = static_cast<std::size_t>(position);
    const std::uint64_t width =
        width_of(*reading.named.syscall, reading.named.syscall->arguments(call.abi)[at]);
    const std::uint64_t x = call.args[at] & width;
    if (const std::string why = unmet_by(condition, x, width); !why.empty())
      unmet.push_back({condition.place, what + " " + number(condition.role, x) + " " + why});
  }
  for (const ProfileArgument& argument : rule.args) {
    const std::uint64_t value = call.args[argument.comparison.arg];
    if (hidden)
      unseen(argument.place, "args[" + std::to_string(argument.comparison.arg) + "]");
    else if (!argument.comparison.holds(value))
      unmet.push_back({argument.place, unmet_words(argument.comparison, value)});
  }
  return unmet;
}

bool matches(const Rule& rule, const Environment& environment, std::string_view object) {
  std::vector<PathSet::Entry> entries;
  for (const auto& path : rule.paths)
    if (auto flat = read_glob(path.value, {environment.home, environment.directory}))
      for (FlatGlob& glob : *flat) entries.push_back({0, std::move(glob)});
  const auto set = PathSet::make(std::move(entries));
  std::pmr::vector<std::uint32_t> hits;
  if (set) set->match(object, hits);
  return !hits.empty();
}

std::string no_path_matches(const Rule& rule, std::string_view object) {
  constexpr std::size_t shown = 4;
  std::string globs;
  for (std::size_t i = 0; i < rule.paths.size() && i < shown; ++i)
    globs += (i ? ", " : "") + rule.paths[i].value;
  if (rule.paths.size() > shown) globs += ", ...";
  const std::string what = object.empty() ? "the object has no path, and" : std::string(object);
  return what + (rule.paths.size() == 1 ? " doesn't match " : " matches none of ") + globs;
}

}  // namespace

std::string unmet_words(const Comparison& comparison, std::uint64_t value) {
  static constexpr const char* words[] = {"not equal to", "equal to",  "not below",
                                          "above",        "not above", "below"};
  char text[128];
  if (comparison.mask == every_bit)
    std::snprintf(text, sizeof text, "args[%u] is 0x%llx, %s 0x%llx", comparison.arg,
                  static_cast<unsigned long long>(value), words[static_cast<int>(comparison.op)],
                  static_cast<unsigned long long>(comparison.value));
  else
    std::snprintf(text, sizeof text, "args[%u] & 0x%llx is 0x%llx, %s 0x%llx", comparison.arg,
                  static_cast<unsigned long long>(comparison.mask),
                  static_cast<unsigned long long>(value & comparison.mask),
                  words[static_cast<int>(comparison.op)], static_cast<unsigned long long>(comparison.value));
  return text;
}

std::vector<RuleTrial> try_rules(const Supervise& supervise, const Environment& environment, const Call& call,
                                 const std::string_view* object) {
  std::vector<RuleTrial> trials;
  for (std::size_t i = 0; i < supervise.rules.size(); ++i) {
    const Rule& rule = supervise.rules[i];
    // If several names mean this call (in socketcall), the one that comes nearest.
    std::optional<std::vector<Unmet>> fewest;
    for (const Reading& reading : readings(rule, call))
      if (auto unmet = unmet_registers(rule, reading, call); !fewest || unmet.size() < fewest->size())
        fewest = std::move(unmet);
    if (!fewest) continue;
    RuleTrial trial{i, std::move(*fewest), false};
    if (!rule.paths.empty()) {
      trial.path_unseen = object == nullptr;
      if (object && !matches(rule, environment, *object))
        trial.unmet.push_back({rule.paths.front().place, no_path_matches(rule, *object)});
    }
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace scsup
