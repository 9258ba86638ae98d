#include "supervisor/target/credentials.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "supervisor/seccomp/compat.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr std::uint64_t over_groups = capability_set({CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID});

// user_namespaces(7): the initial one maps all ids to themselves.
bool in_initial_user_namespace() {
  static const bool initial = [] {
    const Fd self(open("/proc/self", O_PATH | O_CLOEXEC));
    const auto map = read_file_at(self, "uid_map");
    std::uint64_t inside = 1, outside = 1, count = 0;
    return map && std::sscanf(map->c_str(), "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 &&
           outside == 0 && count == 0xffffffff;
  }();
  return initial;
}

// The calls change nothing for an invalid id and return the current one. If a filter refuses the call, no task can
// have changed this id: it is the effective one.
std::uint32_t filesystem_id(long call, long effective) {
  constexpr std::uint32_t none = -1;
  const auto now = static_cast<std::uint32_t>(syscall(call, none));
  return now == none ? static_cast<std::uint32_t>(syscall(effective)) : now;
}

}  // namespace

uid_t own_fsuid() { return filesystem_id(SYS_setfsuid, SYS_geteuid); }
gid_t own_fsgid() { return filesystem_id(SYS_setfsgid, SYS_getegid); }

Result<std::vector<gid_t>> own_groups() {
  const long count = syscall(SYS_getgroups, 0, nullptr);
  if (count < 0) return failed("cannot ask for the supervisor's groups");
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (syscall(SYS_getgroups, count, groups.data()) != count)
    return failed("cannot ask for the supervisor's groups");
  std::sort(groups.begin(), groups.end());
  return groups;
}

Identity identity_in(const ProcStatus& status) {
  return {status.fsuid, status.fsgid, status.groups, status.effective_caps};
}

Result<Identity> read_identity(const Fd& proc) {
  auto status = read_status(proc);
  if (!status) return failed(status.error());
  return identity_in(*status);
}

Result<Identity> own_identity() {
  const auto caps = read_capabilities(0);
  if (!caps) return failed(caps.error());
  Identity identity;
  identity.effective_caps = caps->effective;
  identity.fsuid = own_fsuid();
  identity.fsgid = own_fsgid();
  auto groups = own_groups();
  if (!groups) return failed(groups.error());
  identity.groups = std::move(*groups);
  return identity;
}

Result<Ids> read_ids(const Fd& pidfd) {
  pidfd_info info{};
  if (ioctl(pidfd.get(), PIDFD_GET_INFO, &info) != 0) return failed("cannot ask for a task's ids");
  return Ids{static_cast<pid_t>(info.ppid), info.euid, info.fsuid, info.egid, info.fsgid};
}

Result<Capabilities> read_capabilities(pid_t tid) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, tid};
  __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return failed("cannot ask for a task's capabilities");
  return Capabilities{data[0].effective | std::uint64_t{data[1].effective} << 32,
                      data[0].permitted | std::uint64_t{data[1].permitted} << 32};
}

bool can_change_groups(std::uint64_t permitted_caps, bool no_new_privs) {
  return !no_new_privs || (permitted_caps & capability_set({CAP_SETGID})) != 0;
}

bool is_above_groups(const Capabilities& caps) {
  return (caps.effective & over_groups) == over_groups &&
         (caps.permitted & capability_set({CAP_SETGID})) != 0 && in_initial_user_namespace();
}

}  // namespace scsup
