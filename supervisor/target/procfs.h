// The few /proc files of a task that scsup reads, parsed. All are opened relative to a descriptor of the task's own
// directory, which stays that task's even when its number is used again.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

struct ProcStatus {  // proc(5), /proc/PID/status
  std::string comm;
  pid_t tgid = 0, ppid = 0;
  uid_t uid = 0, euid = 0, fsuid = 0;
  gid_t gid = 0, egid = 0, fsgid = 0;
  std::vector<gid_t> groups;  // sorted, as the kernel keeps them
  std::uint64_t effective_caps = 0, permitted_caps = 0, bounding_caps = 0;
  bool no_new_privs = false;
  mode_t umask = 022;
  // NSpid and NStgid: the task's numbers in our PID namespace, in the one below, ... in its own.
  std::vector<pid_t> pids, tgids;
};

std::optional<ProcStatus> parse_status(std::string_view text);
// Field 22 of /proc/PID/stat, in clock ticks since boot; comm may hold anything, ") " included.
std::optional<std::uint64_t> parse_start_time(std::string_view stat);

std::vector<pid_t> process_numbers();  // of all processes that our /proc shows

Result<Fd> open_task_directory(pid_t tid);  // O_PATH on /proc/TID
Result<std::string> read_file_at(const Fd& dir, const char* name);
Result<std::string> read_link_at(const Fd& dir, const char* name);
// False also if the link can't be read, unless `wanted` is "".
bool is_link_to(const Fd& dir, const char* name, std::string_view wanted);
Result<ProcStatus> read_status(const Fd& task);
// The same from a "status" that is already open. ESRCH: the task has gone.
Result<ProcStatus> read_status_again(const Fd& status);
// Only the umask of it, as quickly as it can be had.
Result<mode_t> read_umask_again(const Fd& status);
// For a process that looks up names often, or is about to leave its mount namespace: name_of() uses the present /proc
// from now on. Each process must call it itself, once, and not before it forks one that closes its descriptors.
void keep_own_procfs();
// The name of the file that `fd` refers to, as /proc/self/fd shows it to us.
Result<std::string> name_of(const Fd& fd);

}  // namespace scsup
