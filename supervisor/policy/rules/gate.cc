#include "supervisor/policy/rules/gate.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace scsup {
namespace {

constexpr std::string_view host_arch = "amd64";

// By number, linux/capability.h.
constexpr std::array<std::string_view, 41> capabilities{"CAP_CHOWN",
                                                        "CAP_DAC_OVERRIDE",
                                                        "CAP_DAC_READ_SEARCH",
                                                        "CAP_FOWNER",
                                                        "CAP_FSETID",
                                                        "CAP_KILL",
                                                        "CAP_SETGID",
                                                        "CAP_SETUID",
                                                        "CAP_SETPCAP",
                                                        "CAP_LINUX_IMMUTABLE",
                                                        "CAP_NET_BIND_SERVICE",
                                                        "CAP_NET_BROADCAST",
                                                        "CAP_NET_ADMIN",
                                                        "CAP_NET_RAW",
                                                        "CAP_IPC_LOCK",
                                                        "CAP_IPC_OWNER",
                                                        "CAP_SYS_MODULE",
                                                        "CAP_SYS_RAWIO",
                                                        "CAP_SYS_CHROOT",
                                                        "CAP_SYS_PTRACE",
                                                        "CAP_SYS_PACCT",
                                                        "CAP_SYS_ADMIN",
                                                        "CAP_SYS_BOOT",
                                                        "CAP_SYS_NICE",
                                                        "CAP_SYS_RESOURCE",
                                                        "CAP_SYS_TIME",
                                                        "CAP_SYS_TTY_CONFIG",
                                                        "CAP_MKNOD",
                                                        "CAP_LEASE",
                                                        "CAP_AUDIT_WRITE",
                                                        "CAP_AUDIT_CONTROL",
                                                        "CAP_SETFCAP",
                                                        "CAP_MAC_OVERRIDE",
                                                        "CAP_MAC_ADMIN",
                                                        "CAP_SYSLOG",
                                                        "CAP_WAKE_ALARM",
                                                        "CAP_BLOCK_SUSPEND",
                                                        "CAP_AUDIT_READ",
                                                        "CAP_PERFMON",
                                                        "CAP_BPF",
                                                        "CAP_CHECKPOINT_RESTORE"};

bool held(const Located<std::string>& cap, const Environment& environment, Diagnostics& diagnostics) {
  const int number = capability_number(cap.value);
  if (number >= 0) return environment.caps >> number & 1;
  diagnostics.push_back({Diagnostic::Severity::warning, cap.place,
                         in_quotes(cap.value) + " is no capability that scsup knows: taken as not held"});
  return false;
}

bool names_host(const std::vector<Located<std::string>>& arches) {
  return std::ranges::find(arches, host_arch, &Located<std::string>::value) != arches.end();
}

// Is the running kernel at least "4.8"? A text that is no version counts as too new: then the entry is for another
// kind of kernel.
bool kernel_reaches(std::string_view wanted, const Environment& environment) {
  int major = 0, minor = 0;
  const char* end = wanted.data() + wanted.size();
  const auto first = std::from_chars(wanted.data(), end, major);
  if (first.ec != std::errc{}) return false;
  if (first.ptr != end && (*first.ptr != '.' || std::from_chars(first.ptr + 1, end, minor).ec != std::errc{}))
    return false;
  return std::pair(environment.kernel_major, environment.kernel_minor) >= std::pair(major, minor);
}

}  // namespace

int capability_number(std::string_view name) {
  const auto found = std::ranges::find(capabilities, name);
  return found == capabilities.end() ? -1 : static_cast<int>(found - capabilities.begin());
}

bool counts(const ProfileEntry& entry, const Environment& environment, Diagnostics& diagnostics) {
  const auto is_held = [&](const Located<std::string>& cap) { return held(cap, environment, diagnostics); };
  const auto& [without_caps, without_arches, below_kernel] = entry.excludes;
  if (names_host(without_arches) || std::ranges::any_of(without_caps, is_held)) return false;
  if (below_kernel && kernel_reaches(*below_kernel, environment)) return false;
  const auto& [caps, arches, kernel] = entry.includes;
  if (!arches.empty() && !names_host(arches)) return false;
  if (kernel && !kernel_reaches(*kernel, environment)) return false;
  return std::ranges::all_of(caps, is_held);
}

}  // namespace scsup
