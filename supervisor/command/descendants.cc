#include "supervisor/command/descendants.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include "base/fd.h"
#include "supervisor/command/process_state.h"

namespace scsup {

namespace {

constexpr int most_rounds = 200;  // of a target that forks as fast as it is killed, or can't die yet
constexpr int wait_for_one_ms = 50;

bool has_living_threads(pid_t pid) {
  const Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd dead{pidfd.get(), POLLIN, 0};
  return pidfd && poll(&dead, 1, 0) == 0;
}

// Living ones only: a zombie's children have another parent.
std::set<pid_t> descendants() {
  std::map<pid_t, pid_t> parents;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc"), closedir);
  while (const dirent* entry = directory ? readdir(directory.get()) : nullptr) {
    const pid_t pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    const auto now = process_state(pid);
    if (!now) continue;
    // A leader that has ended may have threads that live on, and those children: only its pidfd tells.
    if (now->state != 'X' && (now->state != 'Z' || has_living_threads(pid))) parents[pid] = now->parent;
  }
  std::set<pid_t> found;
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [pid, parent] : parents)
      if (parent == getpid() || found.contains(parent)) grown = found.insert(pid).second || grown;
  }
  return found;
}

}  // namespace

void kill_descendants() {
  for (int round = 0; round < most_rounds; ++round) {
    std::map<pid_t, Fd> held;
    for (const pid_t pid : descendants())
      held.emplace(pid, static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (held.empty()) return;
    // Their numbers may be others' by now: only who still is a descendant once we hold it is meant.
    for (const pid_t pid : descendants())
      if (const auto one = held.find(pid); one != held.end())
        syscall(SYS_pidfd_send_signal, one->second.get(), SIGKILL, nullptr, 0);
    for (const auto& [pid, pidfd] : held) {
      pollfd dead{pidfd.get(), POLLIN, 0};
      poll(&dead, 1, wait_for_one_ms);
    }
  }
}

}  // namespace scsup
