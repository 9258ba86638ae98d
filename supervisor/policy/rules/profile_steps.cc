#include "supervisor/policy/rules/profile_steps.h"

#include <algorithm>
#include <array>
#include <set>

#include "supervisor/policy/document/architectures.h"
#include "supervisor/policy/document/multiplexed.h"
#include "supervisor/policy/rules/gate.h"

namespace scsup {
namespace {

constexpr std::uint32_t max_errno = 4095;  // the kernel cuts what is above (linux:kernel/seccomp.c)
constexpr int not_performed = 38;          // ENOSYS: what SECCOMP_RET_TRACE without a tracer gives

// The value that is equal for two entries if libseccomp sees the same action, errno included.
std::pair<ProfileAction, std::uint32_t> action_of(ProfileAction action,
                                                  std::optional<std::uint32_t> errno_ret) {
  const bool has_data = action == ProfileAction::error || action == ProfileAction::trace;
  // As in runc: an entry without errnoRet is EPERM whatever defaultErrnoRet says, which is for the default action
  // only.
  return {action, has_data ? errno_ret.value_or(1) & 0xffff : 0};
}

ProfileAction default_action_of(const Profile& profile) {
  return profile.default_action ? profile.default_action->value : ProfileAction::allow;
}

}  // namespace

Comparison as_libseccomp(Comparison comparison, Abi abi) {
  const std::uint64_t width = abi == Abi::x86_64 ? ~std::uint64_t{0} : 0xffffffff;
  comparison.mask &= width;
  comparison.value &= comparison.mask;
  return comparison;
}

bool are_or_ed(const std::vector<ProfileArgument>& args) {
  std::array<int, 256> count{};
  return std::ranges::any_of(args, [&](const ProfileArgument& a) { return ++count[a.comparison.arg] > 1; });
}

bool does_what_the_default_does(const ProfileEntry& entry, const Profile& profile) {
  return action_of(entry.action, entry.errno_ret) ==
         action_of(default_action_of(profile), profile.default_errno_ret);
}

ProfileSteps::ProfileSteps(const Document& document, const Environment& environment, const Decision* notified,
                           PolicyTables& tables, Diagnostics& diagnostics)
    : scope_(document.supervise ? document.supervise->audit : AuditScope::denied),
      notified_(notified),
      tables_(tables),
      diagnostics_(diagnostics) {
  const Profile& profile = document.profile;
  tables.abis = admitted_abis(profile, diagnostics);

  const ProfileAction default_action = default_action_of(profile);
  const Place default_place = profile.default_action ? profile.default_action->place : Place{};
  tables.fallback =
      ruling(default_action, profile.default_errno_ret, Origin::Kind::entry_default, default_place,
             profile.default_action ? "defaultAction" : "the absent defaultAction (allow)");

  std::set<std::string> unknown;
  for (const ProfileEntry& entry : profile.entries) {
    if (!counts(entry, environment, diagnostics)) continue;
    if (does_what_the_default_does(entry, profile)) continue;
    const Ruling* said =
        ruling(entry.action, entry.errno_ret, Origin::Kind::entry, entry.place, "the syscalls entry");
    for (const auto& name : entry.names) {
      if (find_syscall(name.value) || multiplexed_on_i386(name.value)) {
        add(entry, name, said);
      } else if (unknown.insert(name.value).second) {
        diagnostics.push_back({Diagnostic::Severity::warning, name.place,
                               "no ABI of x86 has a syscall " + in_quotes(name.value) + "; skipped"});
      }
    }
  }
}

const Ruling* ProfileSteps::ruling(ProfileAction action, std::optional<std::uint32_t> errno_ret,
                                   Origin::Kind kind, Place place, const std::string& words) {
  const std::string at = render(tables_.file, place);
  Ruling result;
  Decision& decision = result.decision;
  decision.origin = tables_.add_origin({kind, "", at, words + (place.line ? " at " : " of ") + at});
  const std::uint32_t errno_data = errno_ret.value_or(1) & 0xffff;
  switch (action) {
    case ProfileAction::allow:
      decision.act = Act::allow;
      result.kernel = scope_ == AuditScope::all ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW;
      break;
    case ProfileAction::log:
      decision.act = Act::allow;
      result.kernel = SECCOMP_RET_LOG;
      break;
    case ProfileAction::error:
      decision.err = static_cast<int>(std::min(errno_data, max_errno));
      result.kernel = scope_ == AuditScope::trapped ? SECCOMP_RET_ERRNO | errno_data : SECCOMP_RET_USER_NOTIF;
      if (errno_data == 0) {  // errno 0 makes the call claim success; an answer can't deny with that
        result.kernel = SECCOMP_RET_ERRNO;
        diagnostics_.push_back(
            {Diagnostic::Severity::warning, place,
             "errno 0 makes these calls do nothing and claim success; the filter does that by "
             "itself, so they are not recorded"});
      }
      break;
    case ProfileAction::notify:
      if (notified_) decision = *notified_;
      result.kernel = SECCOMP_RET_USER_NOTIF;
      break;
    case ProfileAction::trace:
      decision.err = not_performed;
      result.kernel = SECCOMP_RET_TRACE | errno_data;
      break;
    case ProfileAction::trap:
      decision.act = Act::kill;
      result.kernel = SECCOMP_RET_TRAP;
      break;
    case ProfileAction::kill_thread:
      decision.act = Act::kill;
      result.kernel = SECCOMP_RET_KILL_THREAD;
      break;
    case ProfileAction::kill_process:
      decision.act = Act::kill;
      result.kernel = SECCOMP_RET_KILL_PROCESS;
      break;
  }
  return tables_.add_ruling(std::move(result));
}

void ProfileSteps::add(const ProfileEntry& entry, const Located<std::string>& name, const Ruling* said) {
  const auto conditions = [&](Abi abi, const Comparison* selects) {
    std::vector<Conditions> rules(1);
    for (const ProfileArgument& argument : entry.args) {
      if (are_or_ed(entry.args) && &argument != &entry.args.front()) rules.emplace_back();
      // As in libseccomp: inside socketcall the selection uses up the first register. The entry's other conditions
      // are compared with socketcall's own registers, which hold no arguments of the call.
      if (!selects || argument.comparison.arg != 0)
        rules.back().push_back({{as_libseccomp(argument.comparison, abi)}});
    }
    if (selects)
      for (Conditions& rule : rules) rule.insert(rule.begin(), Condition{{*selects}});
    return rules;
  };
  const Syscall* syscall = find_syscall(name.value);
  for (const Abi abi : tables_.abis) {
    if (!syscall || syscall->number(abi) < 0) continue;
    for (const auto& rule : conditions(abi, nullptr)) add({abi, syscall->number(abi)}, rule, said);
  }
  const auto inside = multiplexed_on_i386(name.value);
  if (!inside || !inside->through || !tables_.admits(Abi::i386)) return;
  for (const auto& rule : conditions(Abi::i386, &inside->selects))
    add({Abi::i386, inside->through->number(Abi::i386)}, rule, said);
}

void ProfileSteps::add(CallKey key, const Conditions& arguments, const Ruling* said) {
  Found& found = found_[key];
  if (!arguments.empty())
    found.conditional.push_back({arguments, false, 0, said});
  else if (!found.always)
    found.always = said;
}

std::vector<Step> ProfileSteps::steps(CallKey key) const {
  const auto found = found_.find(key);
  if (found == found_.end()) return {{{}, false, 0, tables_.fallback}};
  if (found->second.always) return {{{}, false, 0, found->second.always}};
  auto steps = found->second.conditional;
  steps.push_back({{}, false, 0, tables_.fallback});
  return steps;
}

std::vector<CallKey> ProfileSteps::named() const {
  std::vector<CallKey> keys;
  for (const auto& [key, found] : found_) keys.push_back(key);
  return keys;
}

}  // namespace scsup
