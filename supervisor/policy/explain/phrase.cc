#include "supervisor/policy/explain/phrase.h"

#include <algorithm>
#include <cstdio>

#include "supervisor/policy/rules/traps.h"
#include "supervisor/policy/text/errno_names.h"

namespace scsup {
namespace {

// The most words shown of one list; ten thousand rules are not for reading.
constexpr std::size_t most_shown = 4;

std::string errno_text(std::uint32_t number) {
  const auto name = errno_name(static_cast<int>(number));
  return name.empty() ? std::to_string(number) : std::string(name);
}

std::string action_text(std::uint32_t action) {
  const std::uint32_t value = action & SECCOMP_RET_DATA;
  switch (action & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return "allow";
    case SECCOMP_RET_LOG:
      return "log and allow";
    case SECCOMP_RET_ERRNO:
      return value ? "errno " + errno_text(value) : "claim success";
    case SECCOMP_RET_TRACE:
      return "trace";
    case SECCOMP_RET_TRAP:
      return "SIGSYS";
    case SECCOMP_RET_KILL_THREAD:
      return "kill thread";
    case SECCOMP_RET_KILL_PROCESS:
      return "kill process";
    default:
      return "notify";
  }
}

std::string decision_text(const Decision& decision) {
  switch (decision.act) {
    case Act::allow:
      return "allow";
    case Act::deny:
      return "errno " + errno_text(static_cast<std::uint32_t>(decision.err));
    case Act::emulate:
      return "emulate";
    case Act::kill:
      return "kill";
  }
  return "deny";
}

std::string trapped_text(const Ruling& ruling) {
  const Origin& origin = *ruling.decision.origin;
  switch (origin.kind) {
    case Origin::Kind::rule:
      return origin.words;
    case Origin::Kind::rule_default:
      return "default";
    case Origin::Kind::builtin:
      return origin.words;
    default:
      break;
  }
  return decision_text(ruling.decision) + " by " + origin.words;
}

std::string number_text(std::uint64_t number, bool octal) {
  char text[32];
  std::snprintf(text, sizeof text,
                octal         ? "0%llo"
                : number < 10 ? "%llu"
                              : "0x%llx",
                static_cast<unsigned long long>(number));
  return text;
}

std::string comparison_text(const Comparison& comparison, const CallSteps& call) {
  static constexpr const char* signs[] = {"==", "!=", "<", "<=", ">", ">="};
  const Argument argument = call.syscall->arguments(call.abi)[comparison.arg];
  const bool named = argument.role == Role::mode || argument.role == Role::flags ||
                     argument.role == Role::uid || argument.role == Role::gid;
  const bool octal = argument.role == Role::mode;
  std::string text = named ? std::string(name(argument.role)) : "arg" + std::to_string(comparison.arg);
  const std::uint64_t width = octal                ? 07777
                              : argument.bits < 64 ? (std::uint64_t{1} << argument.bits) - 1
                                                   : ~std::uint64_t{0};
  if ((comparison.mask & width) != width) {
    text += " & " + number_text(comparison.mask, octal);
    if (comparison.op == Compare::ne && comparison.value == 0) return text;
  }
  return text + " " + signs[static_cast<int>(comparison.op)] + " " + number_text(comparison.value, octal);
}

std::string conditions_text(const Conditions& conditions, const CallSteps& call) {
  std::string text;
  for (const Condition& condition : conditions) {
    if (!text.empty()) text += " and ";
    for (std::size_t i = 0; i < condition.any_of.size(); ++i) {
      if (i == most_shown) {
        text += " or ...";
        break;
      }
      text += (i ? " or " : "") + comparison_text(condition.any_of[i], call);
    }
  }
  return text;
}

struct Part {
  bool trapped = false;
  std::string what;
  std::vector<std::string> conditions;
};

// Would the filter decide this step by itself without supervise.trap?
bool silent(const Step& step) {
  return !step.looks_at_path && step.ruling->kernel != SECCOMP_RET_USER_NOTIF &&
         !only_kernel_does(step.ruling->kernel);
}

std::string join(const std::vector<Part>& parts, const std::string& trapped) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    const bool last = i + 1 == parts.size();
    const bool same = i > 0 && parts[i - 1].trapped == part.trapped;
    if (i == most_shown && !last) {
      text += ", then " + std::to_string(parts.size() - i - 1) + " more";
      i = parts.size() - 2;
      continue;
    }
    const std::string lead = i == 0                                                       ? ""
                             : last && part.conditions.empty() && !(same && part.trapped) ? "else "
                                                                                          : "then ";
    if (i > 0) text += same ? ", " : "; ";
    text += lead + (same ? "" : part.trapped ? trapped : "filter: ") + part.what;
    for (std::size_t c = 0; c < part.conditions.size(); ++c) {
      if (c == most_shown) {
        text += " or " + std::to_string(part.conditions.size() - c) + " more";
        break;
      }
      text += (c ? " or " : " if ") + part.conditions[c];
    }
  }
  return text;
}

}  // namespace

std::string phrase(const CallSteps& call, const CallPlan& plan) {
  const bool all_trapped = plan.branches.empty() && plan.otherwise == SECCOMP_RET_USER_NOTIF;
  const bool by_trap = call.trap && call.traps_inside.empty() && std::ranges::any_of(call.steps, silent);
  const std::string lead = by_trap ? "trapped, by " + call.trap->words + ": " : "trapped: ";
  std::vector<Part> parts;
  if (!call.traps_inside.empty()) {
    parts.push_back({true, call.trap->words, {}});
    for (const Comparison& inside : call.traps_inside)
      parts.back().conditions.push_back(comparison_text(inside, call));
  }
  for (const Step& step : call.steps) {
    Part part;
    part.trapped = all_trapped || step.looks_at_path || step.ruling->kernel == SECCOMP_RET_USER_NOTIF ||
                   (by_trap && silent(step));
    const bool is_noticed = call.watched && lets_through(step.ruling->kernel);
    part.trapped = part.trapped || is_noticed;
    part.what = is_noticed && !by_trap ? "noticed, then let through"
                : part.trapped         ? trapped_text(*step.ruling)
                                       : action_text(step.ruling->kernel);
    if (!all_trapped && !step.all_of.empty()) part.conditions.push_back(conditions_text(step.all_of, call));
    const bool joins =
        !parts.empty() && parts.back().trapped == part.trapped && parts.back().what == part.what;
    if (!joins)
      parts.push_back(std::move(part));
    else if (step.all_of.empty())
      parts.back().conditions.clear();
    else
      parts.back().conditions.insert(parts.back().conditions.end(), part.conditions.begin(),
                                     part.conditions.end());
  }
  return join(parts, lead);
}

std::string phrase(const Ruling& ruling, std::uint32_t action) {
  return action == SECCOMP_RET_USER_NOTIF ? "trapped: " + trapped_text(ruling)
                                          : "filter: " + action_text(action);
}

}  // namespace scsup
