#include "supervisor/service/processes.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <set>
#include <string>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr int most_rounds = 100;  // for a target that forks as fast as it is killed

struct Found {
  pid_t parent = 0;
  std::string pid_namespace;
  bool is_first_there = false;  // has number 1 in its PID namespace, which isn't ours
};

std::map<pid_t, Found> all_processes() {
  std::map<pid_t, Found> all;
  for (const pid_t pid : process_numbers()) {
    const auto proc = open_task_directory(pid);
    if (!proc) continue;
    const auto status = read_status(*proc);
    if (!status) continue;
    all[pid] = {status->ppid, read_link_at(*proc, "ns/pid").value_or(std::string()),
                status->pids.size() > 1 && status->pids.back() == 1};
  }
  return all;
}

std::set<pid_t> find(const Session& session) {
  const std::map<pid_t, Found> all = all_processes();
  std::set<pid_t> members;
  for (const pid_t pid : session.known_processes()) members.insert(pid);
  const pid_t first = session.subject().pid;
  const auto found = all.find(first);
  if (found != all.end() && lives(session.first_process())) {
    members.insert(first);
    // All of the namespace, but only if the first process is its init: otherwise it contains other processes, too.
    if (found->second.is_first_there && !found->second.pid_namespace.empty())
      for (const auto& [pid, one] : all)
        if (one.pid_namespace == found->second.pid_namespace) members.insert(pid);
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [pid, one] : all)
      if (members.contains(one.parent)) grown = members.insert(pid).second || grown;
  }
  members.erase(getpid());
  std::erase_if(members, [&](pid_t pid) { return !all.contains(pid); });
  return members;
}

// Their numbers may be others' by now: only a process that is still a member when we hold its pidfd is killed.
std::set<pid_t> kill_members(const Session& session, const std::set<pid_t>& but) {
  std::map<pid_t, Fd> held;
  for (const pid_t pid : find(session))
    if (!but.contains(pid)) held.emplace(pid, static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  std::set<pid_t> killed;
  for (const pid_t pid : find(session)) {
    const auto one = held.find(pid);
    if (one != held.end() && syscall(SYS_pidfd_send_signal, one->second.get(), SIGKILL, nullptr, 0) == 0)
      killed.insert(pid);
  }
  return killed;
}

}  // namespace

std::vector<pid_t> processes_of(const Session& session) {
  const std::set<pid_t> members = find(session);
  return {members.begin(), members.end()};
}

std::uint32_t kill_processes_of(Session& session) {
  session.condemn();
  std::set<pid_t> killed;
  for (int round = 0; round < most_rounds; ++round) {
    const std::set<pid_t> more = kill_members(session, killed);
    if (more.empty()) break;
    killed.insert(more.begin(), more.end());
  }
  return static_cast<std::uint32_t>(killed.size());
}

}  // namespace scsup
