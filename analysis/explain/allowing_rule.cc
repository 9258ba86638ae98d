#include "analysis/explain/allowing_rule.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "analysis/explain/policy_edit.h"
#include "base/printable.h"
#include "supervisor/policy/document/multiplexed.h"

namespace scsup::analysis {
namespace {

// Calls that sandboxes deny because of what they make possible (Docker's default profile denies most of them).
constexpr std::string_view grave[] = {"acct",
                                      "bpf",
                                      "chroot",
                                      "clock_settime",
                                      "create_module",
                                      "delete_module",
                                      "finit_module",
                                      "fsconfig",
                                      "fsmount",
                                      "init_module",
                                      "io_uring_setup",
                                      "ioperm",
                                      "iopl",
                                      "kcmp",
                                      "kexec_file_load",
                                      "kexec_load",
                                      "keyctl",
                                      "mount",
                                      "move_mount",
                                      "open_by_handle_at",
                                      "open_tree",
                                      "perf_event_open",
                                      "pivot_root",
                                      "process_vm_readv",
                                      "process_vm_writev",
                                      "ptrace",
                                      "quotactl",
                                      "reboot",
                                      "setns",
                                      "settimeofday",
                                      "swapoff",
                                      "swapon",
                                      "umount",
                                      "umount2",
                                      "unshare",
                                      "userfaultfd"};

// The call's name in a policy: inside socketcall(2) and ipc(2) that of the inner call.
std::string_view name_of(const Call& call) {
  if (call.abi == Abi::i386)
    for (const std::string_view name : multiplexed_names())
      if (const auto inside = multiplexed_on_i386(name);
          inside && inside->through && inside->through == call.syscall &&
          inside->selects.holds(call.args[inside->selects.arg]))
        return name;
  return call.syscall ? call.syscall->name : std::string_view();
}

std::string octal(std::uint64_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "0%03llo", static_cast<unsigned long long>(mode & 07777));
  return text;
}

bool is_shared(std::string_view path) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{"/tmp/", "/var/tmp/", "/dev/shm/"},
                             [&](std::string_view folder) { return path.starts_with(folder); });
}

std::string risk_of(std::string_view name, std::string_view path) {
  if (std::ranges::find(grave, name) != std::end(grave))
    return "Sandboxes close this call because of what it opens: " + std::string(name) +
           " can lead out of them, or change the machine.";
  if (path.empty()) return "It isn't narrowed to an object: whatever the call can reach, it may act on.";
  return "Whoever can make the program run this call, with that path, gets it done; a glob for the whole "
         "directory would be wider.";
}

std::string risk_of(const Syscall& syscall, std::uint64_t mode, std::string_view path) {
  const bool changes_mode =
      syscall.operation().needs == Right::change_metadata && syscall.position(Role::mode) >= 0;
  if (changes_mode && (mode & 06000) != 0)
    return "The mode has setuid or setgid bits: whoever may run the file runs it with its owner's or group's "
           "rights.";
  if (changes_mode && (mode & 0002) != 0)
    return "The mode lets everybody write there: other users can put something of theirs into it.";
  if (is_shared(path))
    return "Others may write in that directory, and can put something else under this name before the call "
           "comes.";
  return risk_of(syscall.name, path);
}

std::string who() { return " of every process under this policy, whoever runs it"; }

}  // namespace

std::optional<AllowingRule> allowing_rule(const RecordedCall& recorded, std::string_view object) {
  const Call& call = recorded.call;
  const std::string name(name_of(call));
  const Syscall* const syscall = find_syscall(name);
  if (!syscall) return std::nullopt;  // a rule has no name for it
  AllowingRule made;
  made.json = "{\"syscalls\": [" + json_quoted(name) + "]";
  made.allows = "It also allows each other " + name + who();
  std::optional<std::uint64_t> mode;
  if (call.syscall == syscall && syscall->is_performed()) mode = call.value(Role::mode);
  std::string_view path;
  if (syscall->is_performed() && !object.empty()) {
    const PathGlob glob = glob_of(path = object);
    made.json += ", \"path\": " + glob.json;
    made.allows += ", on " + printable(object);
    if (!glob.exact) made.allows += " and on names with other bytes where that has some that are no UTF-8";
  }
  if (mode) {
    const std::string asked = octal(mode.value_or(0));
    made.json += ", \"mode\": \"" + asked + "\"";
    made.allows += ", with mode " + asked;
  }
  for (const Role role : {Role::uid, Role::gid}) {
    const auto id = call.syscall == syscall ? call.value(role) : std::nullopt;
    if (!id || *id > UINT32_MAX) continue;
    made.json += ", \"" + std::string(scsup::name(role)) + "\": " + std::to_string(*id);
    made.allows += ", with " + std::string(scsup::name(role)) + " " + std::to_string(*id);
  }
  made.json += ", \"action\": \"allow\"}";
  made.allows +=
      path.empty() ? ", on any object." : ", also when what stands there is another object by then.";
  made.risk = risk_of(*syscall, mode.value_or(0), path);
  return made;
}

std::string allowed_name(const RecordedCall& call) { return std::string(name_of(call.call)); }

std::optional<AllowingRule> allowing_entry(const RecordedCall& recorded, const Profile& profile) {
  const Call& call = recorded.call;
  const std::string name(name_of(call));
  if (name.empty()) return std::nullopt;
  std::set<std::uint8_t> looked_at;
  if (call.syscall && call.syscall->name == name)
    for (const ProfileEntry& entry : profile.entries)
      if (std::ranges::find(entry.names, name, &Located<std::string>::value) != entry.names.end())
        for (const ProfileArgument& argument : entry.args)
          if (argument.comparison.arg < recorded.registers) looked_at.insert(argument.comparison.arg);
  AllowingRule made;
  made.json = "{\"names\": [" + json_quoted(name) + "], \"action\": \"SCMP_ACT_ALLOW\"";
  made.allows = "It also allows each other " + name + who();
  std::string args;
  for (const std::uint8_t arg : looked_at) {
    const std::string value = std::to_string(call.args[arg]), index = std::to_string(arg);
    args += (args.empty() ? "" : ", ") + ("{\"index\": " + index + ", \"value\": " + value) +
            ", \"op\": \"SCMP_CMP_EQ\"}";
    made.allows +=
        (args.find("}, ") == std::string::npos ? ", with args[" : " and args[") + index + "] " + value;
  }
  if (!args.empty()) made.json += ", \"args\": [" + args + "]";
  made.json += "}";
  made.allows += looked_at.empty() ? ", with any arguments." : ", whatever the other arguments are.";
  made.risk = risk_of(name, "");
  return made;
}

}  // namespace scsup::analysis
