// One element of the Docker part's "syscalls".
#include <charconv>

#include "supervisor/policy/document/parse_parts.h"
#include "supervisor/policy/text/errno_names.h"

namespace scsup {
namespace {

constexpr std::string_view entry_keys[] = {"name",  "names",   "action",   "args",    "errnoRet",
                                           "errno", "comment", "includes", "excludes"};
constexpr std::string_view gate_keys[] = {"caps", "arches", "minKernel"};

constexpr Word<ProfileAction> profile_actions[] = {
    {"SCMP_ACT_KILL", ProfileAction::kill_thread},  // libseccomp's first name of KILL_THREAD
    {"SCMP_ACT_KILL_THREAD", ProfileAction::kill_thread},
    {"SCMP_ACT_KILL_PROCESS", ProfileAction::kill_process},
    {"SCMP_ACT_TRAP", ProfileAction::trap},
    {"SCMP_ACT_ERRNO", ProfileAction::error},
    {"SCMP_ACT_TRACE", ProfileAction::trace},
    {"SCMP_ACT_ALLOW", ProfileAction::allow},
    {"SCMP_ACT_LOG", ProfileAction::log},
    {"SCMP_ACT_NOTIFY", ProfileAction::notify},
};

constexpr std::uint64_t largest_errno = 4095;  // the kernel limits SECCOMP_RET_ERRNO's data to MAX_ERRNO

bool is_kernel_version(std::string_view text) {
  unsigned major = 0, minor = 0;
  const char* end = text.data() + text.size();
  auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return false;
  auto second = std::from_chars(first.ptr + 1, end, minor);
  return second.ec == std::errc() && second.ptr == end;
}

ProfileGate read_gate(Reader& reader, const Json& entry, const char* key) {
  ProfileGate gate;
  const Json* json = given(entry, key);
  if (!json || !reader.object(*json, std::string("\"") + key + "\"", gate_keys)) return gate;
  if (const Json* caps = given(*json, "caps")) gate.caps = reader.texts(*caps, "\"caps\"");
  if (const Json* arches = given(*json, "arches")) gate.arches = reader.texts(*arches, "\"arches\"");
  if (const Json* kernel = given(*json, "minKernel")) {
    auto text = reader.text(*kernel, "\"minKernel\"");
    if (text && !is_kernel_version(text->value))
      reader.error(text->place, "expected a kernel version such as \"4.8\" for \"minKernel\", found " +
                                    in_quotes(text->value));
    else if (text)
      gate.min_kernel = text->value;
  }
  return gate;
}

void read_names(Reader& reader, const Json& json, ProfileEntry& entry) {
  const Json* name = given(json, "name");
  const Json* names = given(json, "names");
  bool has_name = name && !(name->kind == Json::Kind::string && name->text.empty());
  if (has_name) {
    if (auto text = reader.text(*name, "\"name\"")) entry.names.push_back(std::move(*text));
  }
  if (names) {
    if (has_name && !names->items.empty())
      reader.error(json.find("names")->place,
                   "\"name\" and \"names\" can't both be given in one entry, as in Docker");
    for (auto& text : reader.texts(*names, "\"names\"")) entry.names.push_back(std::move(text));
    if (!has_name && names->kind == Json::Kind::array && names->items.empty())
      reader.warning(names->place, "\"names\" is empty: this entry has no effect");
  } else if (!has_name) {
    reader.error(json.place, "this entry names no call: it needs \"names\"");
  }
  for (const auto& text : entry.names)
    if (text.value.empty()) reader.error(text.place, "an empty string is no syscall's name");
}

void warn_of_repeated_index(Reader& reader, const ProfileEntry& entry) {
  bool seen[6] = {};
  for (const ProfileArgument& argument : entry.args) {
    if (seen[argument.comparison.arg]) {
      reader.warning(argument.place, "this entry has a second condition on argument " +
                                         std::to_string(argument.comparison.arg) +
                                         ": as in runc, any one of its conditions then suffices");
      return;
    }
    seen[argument.comparison.arg] = true;
  }
}

}  // namespace

std::optional<ProfileAction> read_profile_action(Reader& reader, const Json& json) {
  return reader.word<ProfileAction>(json, "action", profile_actions);
}

// Docker reads the number and ignores the name; in podman the name wins. So they must agree.
std::optional<std::uint32_t> read_profile_errno(Reader& reader, const Json& object, const char* number_key,
                                                const char* name_key, std::optional<ProfileAction> action) {
  const Json* number = given(object, number_key);
  const Json* name = given(object, name_key);
  std::optional<std::uint32_t> result;
  if (number) {
    if (auto value = reader.whole(*number, std::string("\"") + number_key + "\"", largest_errno))
      result = static_cast<std::uint32_t>(*value);
  }
  if (name) {
    auto text = reader.text(*name, std::string("\"") + name_key + "\"");
    if (text && !text->value.empty()) {
      auto named = errno_by_name(text->value);
      if (!named)
        reader.unknown(text->place, "errno", text->value, all_errno_names());
      else if (result && *result != static_cast<std::uint32_t>(*named))
        reader.warning(text->place, in_quotes(text->value) + " is " + std::to_string(*named) + ", but \"" +
                                        number_key + "\" says " + std::to_string(*result) +
                                        "; the number counts, as in Docker");
      else
        result = static_cast<std::uint32_t>(*named);
    }
  }
  if (number && action && *action != ProfileAction::error && *action != ProfileAction::trace)
    reader.warning(number->place, std::string("\"") + number_key +
                                      "\" has no effect: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take it");
  return result;
}

void read_profile_entry(Reader& reader, const Json& json, Profile& profile) {
  if (!reader.object(json, "an entry of \"syscalls\"", entry_keys)) return;
  ProfileEntry entry;
  entry.place = json.place;
  read_names(reader, json, entry);
  std::optional<ProfileAction> action;
  if (const Json* value = given(json, "action"))
    action = read_profile_action(reader, *value);
  else
    reader.error(json.place, "this entry has no \"action\"");
  entry.action = action.value_or(ProfileAction::error);
  entry.errno_ret = read_profile_errno(reader, json, "errnoRet", "errno", action);
  if (const Json* args = given(json, "args")) {
    entry.args = read_arguments(reader, *args);
    warn_of_repeated_index(reader, entry);
  }
  entry.includes = read_gate(reader, json, "includes");
  entry.excludes = read_gate(reader, json, "excludes");
  if (const Json* comment = given(json, "comment"))
    if (auto text = reader.text(*comment, "\"comment\"")) entry.comment = text->value;
  profile.entries.push_back(std::move(entry));
}

}  // namespace scsup
