#include "supervisor/policy/engines/merged_profile.h"

#include <algorithm>
#include <map>

#include "supervisor/policy/document/parse_parts.h"
#include "supervisor/policy/engines/edited_profile.h"
#include "supervisor/policy/engines/engine_calls.h"
#include "supervisor/policy/rules/steps.h"
#include "supervisor/policy/text/json_text.h"

namespace scsup {
namespace {

using Wanted = std::map<std::string, std::uint32_t, std::less<>>;  // by call: SECCOMP_RET_* | errno

Result<Wanted> wanted(const Policy& policy) {
  Wanted result;
  for (const EngineCall& call : engine_calls(policy)) {
    if (lets_through(call.action)) continue;
    if (!can_be_notified(call.name))
      return failed(0, "container runtimes need " + in_quotes(call.name) +
                           " before they start the program, and the policy doesn't simply allow it: " +
                           call.origin->words);
    result[std::string(call.name)] = runtimes_need(call) ? ask_supervisor : call.action;
  }
  return result;
}

Json everything() {
  Json section = json_object();
  set(section, "defaultAction", json_string("SCMP_ACT_ALLOW"));
  const std::string architectures[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};
  set(section, "architectures", json_list(architectures));
  return section;
}

// runc treats a section without default and entries like no section.
bool says_nothing(const Json& section) {
  const Json* entries = given(section, "syscalls");
  return section.kind == Json::Kind::null ||
         (section.kind == Json::Kind::object && !given(section, "defaultAction") &&
          (!entries || (entries->kind == Json::Kind::array && entries->items.empty())));
}

// Removes the architectures that the policy doesn't admit from the engine's. x86_64 is in any filter, listed or not.
void restrict_architectures(Json& section, const std::vector<Abi>& admitted) {
  Member* list = nullptr;
  for (Member& member : section.members)
    if (member.key == "architectures") list = &member;
  if (!list) return;
  const auto has = [&](Abi abi) { return std::ranges::find(admitted, abi) != admitted.end(); };
  std::erase_if(list->value.items, [&](const Json& item) {
    return (item.text == "SCMP_ARCH_X86" && !has(Abi::i386)) ||
           (item.text == "SCMP_ARCH_X32" && !has(Abi::x32));
  });
}

// The new action for a call in an entry; nothing if it stays in the entry.
std::optional<std::uint32_t> instead(const EditedProfile& profile, const ProfileEntry& entry,
                                     std::uint32_t action) {
  if (entry.action == ProfileAction::allow || entry.action == ProfileAction::log) return action;
  // A tracer of a process in the container could let the call pass (PTRACE_EVENT_SECCOMP, ptrace(2)). Without a
  // tracer the call gets ENOSYS, so that is the new action; but engines skip an entry with the default's action.
  if (entry.action == ProfileAction::trace)
    return SECCOMP_RET_ERRNO |
           (profile.default_action == ProfileAction::error && profile.default_errno == 38 ? 1 : 38);
  return std::nullopt;
}

void ask(EditedProfile& profile, const Wanted& calls) {
  std::vector<EditedEntry> result;
  for (EditedEntry& edited : profile.entries) {
    std::map<std::uint32_t, std::vector<std::string>> moved;
    std::vector<std::string> left;
    for (const auto& name : edited.entry.names) {
      const auto call = calls.find(name.value);
      const auto action = call == calls.end() ? std::nullopt : instead(profile, edited.entry, call->second);
      (action ? moved[*action] : left).push_back(name.value);
    }
    Comparisons args;
    for (const ProfileArgument& argument : edited.entry.args) args.push_back(argument.comparison);
    if (moved.empty()) {
      result.push_back(std::move(edited));
    } else if (!left.empty()) {
      std::erase_if(edited.entry.names,
                    [&](const auto& name) { return std::ranges::find(left, name.value) == left.end(); });
      set(edited.json, "names", json_list(left));
      result.push_back(std::move(edited));
    }
    for (auto& [action, names] : moved) result.push_back(new_entry(std::move(names), action, args));
  }
  profile.entries = std::move(result);
}

Result<Profile> read_section(const Json& section, const std::string& file) {
  Diagnostics diagnostics;
  Reader reader(diagnostics);
  if (!reader.object(section, "\"seccomp\"", profile_keys))
    return failed(0, render(file, diagnostics.front()));
  Profile profile = read_profile(reader, section);
  std::ranges::stable_sort(diagnostics, {}, &Diagnostic::place);
  for (const Diagnostic& one : diagnostics)
    if (one.severity == Diagnostic::Severity::error) return failed(0, render(file, one));
  if (!profile.default_action)
    return failed(0, render(file, section.place) + ": error: \"seccomp\" has no \"defaultAction\"");
  return profile;
}

}  // namespace

Result<Json> merged_profile(const Json& section, const std::string& file, const Policy& policy,
                            const Agent& agent) {
  const auto calls = wanted(policy);
  if (!calls) return failed(calls.error());
  Json tree = says_nothing(section) ? everything() : section;
  restrict_architectures(tree, policy.tables().abis);
  const auto typed = read_section(tree, file);
  if (!typed) return failed(typed.error());
  if (typed->default_action->value == ProfileAction::trace)
    return failed(0,
                  render(file, typed->default_action->place) +
                      ": error: the engine's profile leaves calls to a tracer, which could let them past the "
                      "policy; use one whose default is SCMP_ACT_ERRNO");
  EditedProfile profile(std::move(tree), *typed);
  if (auto closed = close_default(profile, [](const std::string&) { return false; }); !closed)
    return failed(0, file + ": error: " + closed.error().text());
  ask(profile, *calls);
  set(profile.json, "listenerPath", json_string(agent.listener));
  set(profile.json, "listenerMetadata", json_string(agent.metadata));
  return profile.written();
}

}  // namespace scsup
