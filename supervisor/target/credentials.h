// What the kernel's permission checks look at (credentials(7)), and which part of it is read anew for each call.
//
// No call that changes a task's credentials is trapped: a trapped call can fail with EINTR, and a setuid(2) that
// fails where no program expects it is a hole in the target. A task whose call waits for our answer can't change its
// own credentials, and no other task can, so what is read then is right until the answer.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

struct Identity {
  uid_t fsuid = 0;  // ids as our user namespace numbers them
  gid_t fsgid = 0;
  std::vector<gid_t> groups;         // supplementary, sorted
  std::uint64_t effective_caps = 0;  // in the task's user namespace

  bool operator==(const Identity&) const = default;
};

// The identity of the calling thread, by system calls: a process in a Landlock domain may not read /proc.
Result<Identity> own_identity();
// Parts of that identity.
uid_t own_fsuid();
gid_t own_fsgid();
Result<std::vector<gid_t>> own_groups();
struct ProcStatus;  // procfs.h
Identity identity_in(const ProcStatus& status);
// The identity of the task whose /proc directory `proc` is.
Result<Identity> read_identity(const Fd& proc);

// The ids of a task, by its pidfd: a tenth of what /proc/TID/status costs.
struct Ids {
  pid_t ppid = 0;
  uid_t euid = 0, fsuid = 0;
  gid_t egid = 0, fsgid = 0;
};
// PIDFD_GET_INFO, 6.13. Error::err is ESRCH if the task has gone; any other error: it can't be read this way.
Result<Ids> read_ids(const Fd& pidfd);

// A set of CAP_*.
constexpr std::uint64_t capability_set(std::initializer_list<int> caps) {
  std::uint64_t all = 0;
  for (const int cap : caps) all |= std::uint64_t{1} << cap;
  return all;
}

struct Capabilities {
  std::uint64_t effective = 0, permitted = 0;
};
// capget(2). The number may be another task's by now: the caller must check afterwards that it is not.
Result<Capabilities> read_capabilities(pid_t tid);

// Can a task with these capabilities later have other supplementary groups, in the same user namespace? With
// no_new_privs its permitted capabilities never grow, not even by exec (prctl(2)).
bool can_change_groups(std::uint64_t permitted_caps, bool no_new_privs);

// Do groups make no difference to what such a task may do with local files? In the initial user namespace, where all
// owners are mapped, these capabilities override every check of groups; and a task that has CAP_SETGID could have any
// group.
bool is_above_groups(const Capabilities& caps);

}  // namespace scsup
