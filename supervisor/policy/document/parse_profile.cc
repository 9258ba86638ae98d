// The Docker/OCI part. Keys and their meaning: runtime-spec config-linux.md "Seccomp", moby profiles/seccomp,
// containers-common (podman adds the errnos' names). What runc refuses is refused here.
#include <algorithm>

#include "supervisor/policy/document/parse_parts.h"

namespace scsup {
namespace {

constexpr std::string_view file_keys[] = {
    "defaultAction", "defaultErrnoRet", "defaultErrno", "architectures",    "archMap",
    "syscalls",      "flags",           "listenerPath", "listenerMetadata", "comment"};
constexpr std::string_view arch_map_keys[] = {"architecture", "subArchitectures"};

// All of libseccomp's architectures: a profile also lists those of other machines.
constexpr std::string_view architectures[] = {
    "SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",   "SCMP_ARCH_X32",         "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",      "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",  "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",
    "SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",     "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_M68K",    "SCMP_ARCH_SH",       "SCMP_ARCH_SHEB"};

constexpr std::string_view flags[] = {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
                                      "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                                      "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};

void check_architecture(Reader& reader, const Located<std::string>& name) {
  if (std::ranges::find(architectures, name.value) == std::end(architectures))
    reader.unknown(name.place, "architecture", name.value, architectures);
}

void read_architectures(Reader& reader, const Json& file, Profile& profile) {
  const Json* list = given(file, "architectures");
  const Json* map = given(file, "archMap");
  if (list) {
    profile.architectures = reader.texts(*list, "\"architectures\"");
    for (const auto& name : profile.architectures) check_architecture(reader, name);
  }
  if (!map) return;
  const auto* items = reader.list(*map, "\"archMap\"");
  if (!items) return;
  if (list && !items->empty() && !list->items.empty())
    reader.error(file.find("archMap")->place,
                 "\"archMap\" and \"architectures\" can't both be given, as in Docker");
  for (const Json& item : *items) {
    if (!reader.object(item, "an element of \"archMap\"", arch_map_keys)) continue;
    Profile::ArchMap mapped;
    if (const Json* name = given(item, "architecture")) {
      if (auto text = reader.text(*name, "\"architecture\"")) {
        check_architecture(reader, *text);
        mapped.architecture = std::move(*text);
      }
    } else {
      reader.error(item.place, "this element of \"archMap\" has no \"architecture\"");
    }
    if (const Json* sub = given(item, "subArchitectures"))
      mapped.sub = reader.texts(*sub, "\"subArchitectures\"");
    for (const auto& name : mapped.sub) check_architecture(reader, name);
    profile.arch_map.push_back(std::move(mapped));
  }
}

void read_default_action(Reader& reader, const Json& file, Profile& profile) {
  std::optional<ProfileAction> action;
  if (const Json* value = given(file, "defaultAction")) {
    action = read_profile_action(reader, *value);
    profile.default_action = Located<ProfileAction>{action.value_or(ProfileAction::error), value->place};
    if (action == ProfileAction::notify)
      reader.error(value->place,
                   "SCMP_ACT_NOTIFY can't be the \"defaultAction\", as in runc: the calls that hand the "
                   "listener over would wait for an answer");
  }
  profile.default_errno_ret = read_profile_errno(reader, file, "defaultErrnoRet", "defaultErrno", action);
}

}  // namespace

const std::span<const std::string_view> profile_keys = file_keys;

Profile read_profile(Reader& reader, const Json& file) {
  Profile profile;
  read_default_action(reader, file, profile);
  read_architectures(reader, file, profile);
  if (const Json* list = given(file, "flags")) {
    profile.flags = reader.texts(*list, "\"flags\"");
    for (const auto& flag : profile.flags)
      if (std::ranges::find(flags, flag.value) == std::end(flags))
        reader.unknown(flag.place, "flag", flag.value, flags);
  }
  // runc hands a listener to the process that listens at listenerPath; here the listener is scsup's own.
  for (const char* key : {"listenerPath", "listenerMetadata", "comment"})
    if (const Json* text = given(file, key)) reader.text(*text, std::string("\"") + key + "\"");
  if (const Json* entries = given(file, "syscalls")) {
    if (const auto* items = reader.list(*entries, "\"syscalls\"")) {
      for (const Json& item : *items) read_profile_entry(reader, item, profile);
      if (!items->empty() && !given(file, "defaultAction"))
        reader.error(file.find("syscalls")->place,
                     "\"syscalls\" needs a \"defaultAction\" for all other calls");
    }
  }
  return profile;
}

}  // namespace scsup
