#include "supervisor/policy/engines/edited_profile.h"

#include <algorithm>
#include <map>

#include "supervisor/policy/document/multiplexed.h"
#include "supervisor/policy/engines/engine_calls.h"
#include "supervisor/policy/text/json_text.h"

namespace scsup {
namespace {

bool goes_on(ProfileAction action) { return action == ProfileAction::allow || action == ProfileAction::log; }

Json argument(const Comparison& comparison) {
  static constexpr const char* words[] = {"SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT",
                                          "SCMP_CMP_LE", "SCMP_CMP_GT", "SCMP_CMP_GE"};
  const bool masked = comparison.mask != every_bit;
  Json json = json_object();
  set(json, "index", json_number(comparison.arg));
  set(json, "value", json_number(masked ? comparison.mask : comparison.value));
  if (masked) set(json, "valueTwo", json_number(comparison.value));
  set(json, "op", json_string(masked ? "SCMP_CMP_MASKED_EQ" : words[static_cast<int>(comparison.op)]));
  return json;
}

// All calls for which libseccomp may have a name. Not socketcall and ipc: for libseccomp a rule for one of them as a
// whole overrides those for single calls inside.
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Syscall& syscall : all_syscalls())
    if (syscall.name != "socketcall" && syscall.name != "ipc") names.emplace_back(syscall.name);
  for (const std::string_view name : multiplexed_names())
    if (!find_syscall(name)) names.emplace_back(name);
  return names;
}

std::uint32_t free_errno(const EditedProfile& profile) {
  constexpr std::uint32_t candidates[] = {38, 95, 1, 13, 22};  // ENOSYS, EOPNOTSUPP, EPERM, EACCES, EINVAL
  const auto used = [&](std::uint32_t number) {
    return std::ranges::any_of(profile.entries, [&](const EditedEntry& edited) {
      return edited.entry.action == ProfileAction::error && edited.entry.errno_ret.value_or(1) == number;
    });
  };
  const auto free = std::ranges::find_if_not(candidates, used);
  return free == std::end(candidates) ? candidates[0] : *free;
}

}  // namespace

EditedEntry new_entry(std::vector<std::string> names, std::uint32_t action, const Comparisons& args) {
  EditedEntry made;
  made.json = json_object();
  set(made.json, "names", json_list(names));
  set(made.json, "action", json_string(profile_word(action)));
  const std::uint32_t kind = action & SECCOMP_RET_ACTION_FULL;
  if (kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_TRACE)  // crun refuses it elsewhere
    set(made.json, "errnoRet", json_number(action & SECCOMP_RET_DATA));
  if (!args.empty()) {
    Json& list = set(made.json, "args", json_list());
    for (const Comparison& one : args) list.items.push_back(argument(one));
  }
  if (kind == SECCOMP_RET_ERRNO) made.entry.errno_ret = action & SECCOMP_RET_DATA;
  for (std::string& name : names) made.entry.names.push_back({std::move(name), {}});
  for (const Comparison& one : args) made.entry.args.push_back({one, {}});
  made.entry.action = action == SECCOMP_RET_ALLOW        ? ProfileAction::allow
                      : action == SECCOMP_RET_LOG        ? ProfileAction::log
                      : action == SECCOMP_RET_USER_NOTIF ? ProfileAction::notify
                                                         : ProfileAction::error;
  return made;
}

EditedProfile::EditedProfile(Json tree, const Profile& profile) : json(std::move(tree)) {
  if (profile.default_action) default_action = profile.default_action->value;
  default_errno = profile.default_errno_ret.value_or(1);
  const auto admits = [&](std::string_view architecture) {
    const auto names_it = [&](const Located<std::string>& one) { return one.value == architecture; };
    return std::ranges::any_of(profile.architectures, names_it) ||
           std::ranges::any_of(profile.arch_map,
                               [&](const auto& map) { return std::ranges::any_of(map.sub, names_it); });
  };
  has_i386 = admits("SCMP_ARCH_X86");
  narrow = has_i386 || admits("SCMP_ARCH_X32");
  for (Member& member : json.members)
    if (member.key == "syscalls")
      for (std::size_t i = 0; i < member.value.items.size() && i < profile.entries.size(); ++i)
        entries.push_back({profile.entries[i], std::move(member.value.items[i])});
  if (json.find("syscalls")) set(json, "syscalls", json_list());
}

void EditedProfile::take_out(const std::function<bool(const std::string& name)>& which) {
  for (EditedEntry& edited : entries) {
    auto& names = edited.entry.names;
    if (std::erase_if(names, [&](const auto& name) { return which(name.value); }) == 0) continue;
    std::vector<std::string> left;
    for (const auto& name : names) left.push_back(name.value);
    remove(edited.json, "name");
    set(edited.json, "names", json_list(left));
  }
  std::erase_if(entries, [](const EditedEntry& edited) { return edited.entry.names.empty(); });
}

Json EditedProfile::written() const {
  Json result = json;
  Json list = json_list();
  for (const EditedEntry& edited : entries) list.items.push_back(edited.json);
  set(result, "syscalls", std::move(list));
  return result;
}

Result<void> close_default(EditedProfile& profile, const std::function<bool(const std::string&)>& taken) {
  const ProfileAction before = profile.default_action;
  if (!goes_on(before)) return {};
  const std::uint32_t through = before == ProfileAction::log ? SECCOMP_RET_LOG : SECCOMP_RET_ALLOW;

  // Engines skip an entry with the default's action, however general it is. After the default has changed it would
  // count.
  std::vector<std::string> names = all_names();
  for (const EditedEntry& edited : profile.entries)
    for (const auto& name : edited.entry.names)
      if (edited.entry.action == before && !find_syscall(name.value) && !multiplexed_on_i386(name.value) &&
          std::ranges::find(names, name.value) == names.end())
        names.push_back(name.value);
  std::erase_if(profile.entries, [&](const EditedEntry& edited) { return edited.entry.action == before; });

  const std::uint32_t by_default = free_errno(profile);
  std::map<std::string, std::vector<const ProfileEntry*>> said;
  for (const EditedEntry& edited : profile.entries)
    for (const auto& name : edited.entry.names) said[name.value].push_back(&edited.entry);
  std::vector<EditedEntry> added;
  for (const auto& [name, entries] : said) {
    if (taken(name) || std::ranges::any_of(entries, [](auto* entry) { return entry->args.empty(); }))
      continue;
    auto rest = complement(entries, profile.narrow);
    // For a call inside socketcall an entry with a condition on the first register covers the call as a whole.
    if (!rest || (profile.has_i386 && multiplexed_on_i386(name)))
      return failed(
          0, "the \"args\" of " + in_quotes(name) + " at " + std::to_string(entries.front()->place.line) +
                 ":" + std::to_string(entries.front()->place.column) +
                 " can't be turned around, as is needed where a profile allows by default; write one that "
                 "denies by default, or leave the \"args\" out");
    for (const Comparisons& args : *rest) added.push_back(new_entry({name}, through, args));
  }
  std::erase_if(names, [&](const std::string& name) { return taken(name) || said.contains(name); });
  for (EditedEntry& entry : added) profile.entries.push_back(std::move(entry));
  profile.entries.push_back(new_entry(std::move(names), through));
  profile.default_action = ProfileAction::error;
  profile.default_errno = by_default;
  set(profile.json, "defaultAction", json_string("SCMP_ACT_ERRNO"));
  set(profile.json, "defaultErrnoRet", json_number(by_default));
  remove(profile.json, "defaultErrno");
  return {};
}

}  // namespace scsup
