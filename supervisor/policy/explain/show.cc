#include <algorithm>
#include <map>
#include <tuple>

#include "supervisor/policy/explain/phrase.h"
#include "supervisor/policy/policy.h"

namespace scsup {
namespace {

constexpr std::size_t columns = 100;

enum class Section : std::uint8_t { rules, trapped, builtin, entries, watched };

std::string_view title(Section section) {
  switch (section) {
    case Section::rules:
      return "decided by supervise";
    case Section::trapped:
      return "trapped, so that a later policy can decide them";
    case Section::builtin:
      return "built in";
    case Section::entries:
      return "decided by syscalls";
    case Section::watched:
      return "noticed, so that what is performed stays within it";
  }
  return "";
}

Section section_of(const CallSteps& call) {
  if (call.supervised) return Section::rules;
  if (call.steps[0].ruling->decision.origin->kind == Origin::Kind::builtin) return Section::builtin;
  if (call.trap) return Section::trapped;
  return call.watched ? Section::watched : Section::entries;
}

std::string abi_list(const std::vector<Abi>& abis) {
  std::string text;
  for (const Abi abi : abis) text += (text.empty() ? "" : ", ") + std::string(name(abi));
  return text;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t cut = text.rfind(' ', width);
    if (cut == std::string_view::npos || cut == 0) cut = std::min(text.find(' '), text.size());
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

// "mkdir", or "mkdir (i386)" if the phrase doesn't hold for every admitted ABI that has the call.
std::string labelled(const Syscall& syscall, const std::vector<Abi>& abis, const PolicyTables& tables) {
  const auto has = std::ranges::count_if(tables.abis, [&](Abi abi) { return syscall.number(abi) >= 0; });
  const std::string call(syscall.name);
  return static_cast<std::size_t>(has) == abis.size() ? call : call + " (" + abi_list(abis) + ")";
}

struct Group {
  Section section;
  std::string phrase;
  std::vector<std::string> names;
};

std::vector<Group> groups_of(const PolicyTables& tables) {
  std::map<std::pair<Abi, std::uint32_t>, const CallPlan*> plans;
  for (const CallPlan& plan : tables.plan.calls) plans[{plan.abi, plan.nr}] = &plan;

  std::map<std::pair<Section, std::string>, std::map<std::string_view, std::vector<Abi>>> found;
  for (const CallSteps& call : tables.calls) {
    const auto plan = plans.find({call.abi, call.nr});
    const CallPlan by_default{call.abi, call.nr, {}, tables.plan.default_action};
    const bool is_default = call.steps.size() == 1 && call.steps[0].ruling == tables.fallback;
    const bool is_shown = call.watched && plan != plans.end();
    if (is_default && !call.supervised && !call.trap && !is_shown) continue;
    const Section section = section_of(call);
    found[{section, phrase(call, plan == plans.end() ? by_default : *plan->second)}][call.syscall->name]
        .push_back(call.abi);
  }
  std::vector<Group> groups;
  for (const auto& [key, calls] : found) {
    Group group{key.first, key.second, {}};
    for (const auto& [call, abis] : calls) group.names.push_back(labelled(*find_syscall(call), abis, tables));
    groups.push_back(std::move(group));
  }
  return groups;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& one : names) text += (text.empty() ? "" : ", ") + one;
  return text;
}

// Names on the left, the phrase on the right; a long list of names goes below its phrase instead.
std::string table_of(const std::vector<const Group*>& groups) {
  constexpr std::size_t widest = 34;
  std::size_t left = 0;
  for (const Group* group : groups)
    if (const std::size_t size = joined(group->names).size(); size <= widest) left = std::max(left, size);
  if (left == 0) left = widest;
  std::string text;
  for (const Group* group : groups) {
    const std::string names = joined(group->names);
    if (names.size() > 3 * left) {
      for (const auto& line : wrap(group->phrase, columns - 2)) text += "  " + line + "\n";
      for (const auto& line : wrap(names, columns - 6)) text += "      " + line + "\n";
      continue;
    }
    const auto call_lines = wrap(names, left);
    const auto phrase_lines = wrap(group->phrase, columns - 4 - left);
    for (std::size_t i = 0; i < std::max(call_lines.size(), phrase_lines.size()); ++i) {
      std::string line = "  " + (i < call_lines.size() ? call_lines[i] : "");
      if (i < phrase_lines.size()) {
        line.resize(std::max(line.size(), left + 2), ' ');
        line += "  " + phrase_lines[i];
      }
      text += line + "\n";
    }
  }
  return text;
}

bool kills(std::uint32_t action) {
  const std::uint32_t kind = action & SECCOMP_RET_ACTION_FULL;
  return kind == SECCOMP_RET_KILL_PROCESS || kind == SECCOMP_RET_KILL_THREAD || kind == SECCOMP_RET_TRAP;
}

bool kills(const FilterPlan& plan) {
  return kills(plan.default_action) || std::ranges::any_of(plan.calls, [](const CallPlan& call) {
           return kills(call.otherwise) || std::ranges::any_of(call.branches, [](const Branch& branch) {
                    return kills(branch.action);
                  });
         });
}

}  // namespace

std::string show(const Document& document, const std::string& file, const Environment& environment) {
  const Built built = build(document, file, environment);
  if (!built.policy) {
    std::string text;
    for (const Diagnostic& diagnostic : built.diagnostics) text += render(file, diagnostic) + "\n";
    return text;
  }
  const PolicyTables& tables = *built.policy->tables_;
  std::string text = file + ": " + abi_list(tables.abis) + "; any other architecture: kill process\n";
  const std::vector<Group> groups = groups_of(tables);
  for (const Section section :
       {Section::rules, Section::trapped, Section::builtin, Section::entries, Section::watched}) {
    std::vector<const Group*> shown;
    for (const Group& group : groups)
      if (group.section == section) shown.push_back(&group);
    if (!shown.empty()) text += "\n" + std::string(title(section)) + "\n" + table_of(shown);
  }
  text += "\neverything else: " + phrase(*tables.fallback, tables.plan.default_action) + "\n";
  if (kills(tables.plan))
    text +=
        "\nWhat the filter kills for, or sends SIGSYS for, isn't recorded as a call. The audit has a "
        "\"death\"\n"
        "where scsup can see one, without the call; scsup-audit(5) says whose deaths it can't see.\n";
  return text;
}

}  // namespace scsup
