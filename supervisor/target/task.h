// A task: a thread of the target, as scsup remembers it.
//
// A Task is an immutable snapshot. The table (task_table.h) replaces it when a call that can make it stale
// was seen to finish. Its handles name that one task: when the number is reused they fail, they never follow.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

// What the kernel's permission checks look at (credentials(7)).
struct Identity {
  uid_t fsuid = 0;  // ids as our user namespace numbers them
  gid_t fsgid = 0;
  std::vector<gid_t> groups;         // supplementary, sorted
  std::uint64_t effective_caps = 0;  // in the task's user namespace

  bool operator==(const Identity&) const = default;
};

// The identity of the calling thread, read from /proc.
Result<Identity> own_identity();
// Of the task whose /proc directory that is.
Result<Identity> read_identity(const Fd& proc);

struct TaskHandles {
  TaskHandles() { ++alive_; }
  ~TaskHandles() { --alive_; }
  TaskHandles(const TaskHandles&) = delete;
  TaskHandles& operator=(const TaskHandles&) = delete;
  // How many of these the supervisor has, of all sessions; with a Task's root each is three descriptors.
  static int alive() { return alive_; }

  Fd proc;   // O_PATH on /proc/TID
  Fd pidfd;  // of the thread (6.9), or of the process when the task leads it; else empty: the task is not
             // remembered
  mutable bool missed = false;  // its death will be seen by TaskTable; set before the handles are shared

 private:
  static inline std::atomic<int> alive_{0};
};

struct Task {
  pid_t tid = 0;
  std::shared_ptr<const TaskHandles> handles;
  bool readable =
      false;  // false: the kernel lets us not look at it (it isn't dumpable and isn't ours to trace)

  // The process, for the record.
  pid_t pid = 0, ppid = 0;
  uid_t uid = 0;  // effective
  gid_t gid = 0;
  std::uint64_t start = 0;         // clock ticks after boot; with pid it names the process for ever
  std::vector<pid_t> pids, tgids;  // in our PID namespace, in the one below, ... in its own
  std::string comm, exe, cwd;
  std::string record;  // the above as an audit record has it; made once by whoever owns the table

  // How it meets the file system.
  Identity identity;
  Fd user_namespace;  // empty: it is the supervisor's own, where its capabilities count as ours do
  mode_t umask = 022;
  Fd root;  // O_PATH
  bool root_is_ours = false;
  std::string root_name;  // as we name it; "/" when it is ours

  // O_PATH on "cwd" or "fd/N" of the task: fresh each time, because any thread can change them at any time.
  Result<Fd> open_cwd() const;
  Result<Fd> open_fd(int fd) const;
  // Was that descriptor opened with O_PATH? (fchmod(2) refuses those.)
  Result<bool> is_path_only(int fd) const;
  // Turns a name as we see it into the target's words; "" when it lies outside of the target's root.
  std::string in_its_words(const std::string& name) const;
};

// Opens the handles and reads everything. The caller checks that the notification is still valid afterwards.
Result<std::shared_ptr<Task>> look_at(pid_t tid, std::shared_ptr<const TaskHandles> known = nullptr);

// Is it still that task and alive? (PIDFD_GET_INFO, 6.13; before that a null signal.)
bool is_alive(const TaskHandles& handles);

}  // namespace scsup
