#include "supervisor/command/descendants.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <set>

#include "base/fd.h"
#include "supervisor/command/process_state.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

struct Descendant {
  pid_t pid;
  std::uint64_t start;  // together they identify the process
  auto operator<=>(const Descendant&) const = default;
};

bool has_living_threads(pid_t pid) {
  const Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd dead{pidfd.get(), POLLIN, 0};
  return pidfd && poll(&dead, 1, 0) == 0;
}

// Only live ones: a zombie's children have another parent.
std::set<Descendant> descendants() {
  std::map<pid_t, ProcessState> all;
  for (const pid_t pid : process_numbers()) {
    const auto now = process_state(pid);
    if (!now) continue;
    // A leader that has ended may have live threads, and those children: only its pidfd tells.
    if (now->state != 'X' && (now->state != 'Z' || has_living_threads(pid))) all.emplace(pid, *now);
  }
  std::set<pid_t> members = {getpid()};
  std::set<Descendant> found;
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [pid, process] : all)
      if (members.contains(process.parent) && members.insert(pid).second) {
        found.insert({pid, process.start});
        grown = true;
      }
  }
  return found;
}

// In a chain of processes, each of which leaves a child and ends, all links are gone before a look at all of /proc is
// done. But the end of a link makes the next one our child, and numbers are given in order. Until it is reaped a
// child's number is its own.
void kill_successors(pid_t ended) {
  constexpr pid_t near = 8;
  for (pid_t pid = ended + 1; pid <= ended + near; ++pid)
    if (const auto now = process_state(pid); now && now->parent == getpid() && now->state != 'Z')
      kill(pid, SIGKILL);
}

// False: an earlier look has sent SIGKILL to all of them.
bool kill_tree(std::set<Descendant>& told) {
  std::map<Descendant, Fd> held;
  for (const Descendant& one : descendants())
    if (!told.contains(one)) held.emplace(one, static_cast<int>(syscall(SYS_pidfd_open, one.pid, 0)));
  if (held.empty()) return false;
  // Their numbers may be others' by now: only a process that is still a descendant when we hold its pidfd is killed.
  for (const Descendant& one : descendants()) {
    const auto found = held.find(one);
    if (found == held.end()) continue;
    syscall(SYS_pidfd_send_signal, found->second.get(), SIGKILL, nullptr, 0);
    told.insert(one);
  }
  return true;
}

}  // namespace

void kill_descendants(const std::function<pid_t()>& reap_one) {
  std::set<Descendant> told;
  do {
    while (const pid_t ended = reap_one()) kill_successors(ended);
  } while (kill_tree(told));
}

}  // namespace scsup
