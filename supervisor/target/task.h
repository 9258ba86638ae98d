// A task: a thread of the target, as scsup has read it.
//
// A Task is an immutable snapshot, and must be compared with the present state before it is used for another call.
// Its handles name that one task: when the number is used again they fail, they never follow.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/target/credentials.h"

namespace scsup {

struct TaskHandles {
  TaskHandles() { ++alive_; }
  ~TaskHandles() { --alive_; }
  TaskHandles(const TaskHandles&) = delete;
  TaskHandles& operator=(const TaskHandles&) = delete;
  // How many of these the supervisor has in all sessions, and how many descriptors each one uses.
  static int alive() { return alive_; }
  static constexpr int descriptors = 5;

  Fd proc;  // O_PATH on /proc/TID
  // Kept open because reading them again is cheaper than opening them again: /proc/TID/status, and O_PATH on the
  // links /proc/TID/exe and /proc/TID/ns/user themselves.
  Fd status, exe_link, user_namespace_link;
  Fd pidfd;  // of the thread (6.9), or of the process if the task leads it; else empty, and the task is not
             // remembered
  mutable bool mourned = false;  // TaskTable will see its death; set before the handles are shared

 private:
  static inline std::atomic<int> alive_{0};
};

struct Task {
  pid_t tid = 0;
  std::shared_ptr<const TaskHandles> handles;
  bool readable =
      false;  // false: the kernel doesn't let us look at it (it isn't dumpable and we may not trace it)

  // The process, for the record.
  pid_t pid = 0, ppid = 0;
  uid_t uid = 0;  // effective
  gid_t gid = 0;
  std::uint64_t start = 0;         // clock ticks after boot; with pid it identifies the process for ever
  std::vector<pid_t> pids, tgids;  // in our PID namespace, in the one below, ... in its own
  std::string comm, exe, cwd;
  std::string record;  // the above in an audit record's form; made once by the owner of the table

  // What it may do.
  Identity identity;
  std::uint64_t permitted_caps = 0;
  bool no_new_privs = false;
  std::string user_namespace_name;  // "user:[4026531837]"
  Fd user_namespace;  // empty: it is the supervisor's own, where its capabilities count as ours do

  // O_PATH on "cwd" or "fd/N" of the task: opened anew each time, because any thread can change them at any time.
  Result<Fd> open_cwd() const;
  Result<Fd> open_fd(int fd) const;
  // Was that descriptor opened with O_PATH? (fchmod(2) refuses such descriptors.)
  Result<bool> is_path_only(int fd) const;
  // Its umask(2) now, which other tasks may share and change.
  Result<mode_t> read_umask() const;
};

// Opens the handles and reads everything. The caller checks that the notification is still valid afterwards.
Result<std::shared_ptr<Task>> look_at(pid_t tid, std::shared_ptr<const TaskHandles> known = nullptr);

// How much of a task must be unchanged.
enum class Asked : std::uint8_t {
  to_record,    // who it is: ids and program
  to_act_here,  // and what it may do, as far as it matters for local files
  to_act,       // and what it may do
};

// Has any of that changed? Error::err is ESRCH if the task has gone. Success also says that what was read before by
// the task's number belonged to this task. The task's call must be waiting for us.
Result<bool> has_changed(const Task& task, Asked asked);

// Does the process or thread that the pidfd names still live? False for an empty pidfd.
bool lives(const Fd& pidfd);
// Does that task still live?
bool is_alive(const TaskHandles& handles);
// How it ended, in the form of wait(2); nothing before its parent has reaped it, or before Linux 6.15.
std::optional<int> exit_status(const TaskHandles& handles);

}  // namespace scsup
