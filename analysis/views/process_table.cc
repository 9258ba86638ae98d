#include "analysis/views/process_table.h"

namespace scsup::analysis {

std::size_t ProcessTable::root_of(const Record& record) {
  const bool is_container = !record.container_id.empty() || !record.container_name.empty();
  std::string name;
  if (is_container)
    name = "c" + std::string(record.container_id.empty() ? record.container_name : record.container_id);
  else
    name = "s" + std::string(record.run) + " " + std::to_string(record.session);
  if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  if (roots_.size() >= most) return none;
  Root root;
  root.container_id = record.container_id;
  root.container = record.container_name;
  root.session = record.session;
  by_name_.emplace(std::move(name), roots_.size());
  roots_.push_back(std::move(root));
  return roots_.size() - 1;
}

void ProcessTable::add(const Record& record) {
  const bool is_call = record.type == Type::call;
  if (!is_call && record.type != Type::task && record.type != Type::attach) return;
  const std::size_t root = root_of(record);
  if (record.type == Type::attach) {
    if (root != none && roots_[root].command.empty()) roots_[root].command = record.command;
    return;
  }
  const bool is_denied = is_call && (record.act == "deny" || record.act == "kill");
  if (root != none) {
    roots_[root].calls += is_call;
    roots_[root].denied += is_denied;
  }
  // A task that could not be looked at has but a number.
  const std::pair key{record.pid >= 0 ? record.pid : record.tid, record.start};
  auto found = by_pid_.find(key);
  if (found == by_pid_.end()) {
    if (processes_.size() >= most || root == none) {
      other_calls_ += is_call;
      return;
    }
    found = by_pid_.emplace(key, processes_.size()).first;
    Process process;
    process.pid = key.first;
    process.start = key.second;
    process.root = root;
    processes_.push_back(std::move(process));
  }
  Process& process = processes_[found->second];
  if (record.ppid >= 0) process.ppid = record.ppid;
  if (!record.comm.empty()) process.comm = record.comm;
  if (!record.exe.empty()) process.exe = record.exe;
  // An exec is told before it happens; that it failed is seen by what comes then.
  if (!is_call && record.syscall.starts_with("execve") && !record.path.empty()) process.exe = record.path;
  process.calls += is_call;
  process.denied += is_denied;
}

// Of all that ever had that number, the last one that was there before the child.
std::size_t ProcessTable::parent_of(const Process& process, std::size_t itself) const {
  if (process.ppid <= 0) return none;
  auto after = by_pid_.upper_bound({process.ppid, process.start});
  if (after == by_pid_.begin()) return none;
  --after;
  const std::size_t parent = after->second;
  if (after->first.first != process.ppid || parent == itself || processes_[parent].root != process.root)
    return none;
  return parent;
}

void ProcessTable::join() {
  for (std::size_t i = 0; i < processes_.size(); ++i) processes_[i].parent = parent_of(processes_[i], i);
  // Whoever leads to no end stands in a circle: the first of it goes below the root.
  enum class Seen : std::uint8_t { no, now, before };
  std::vector<Seen> seen(processes_.size(), Seen::no);
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    std::size_t at = i;
    while (at != none && seen[at] == Seen::no) {
      seen[at] = Seen::now;
      at = processes_[at].parent;
    }
    if (at != none && seen[at] == Seen::now) processes_[at].parent = none;
    for (at = i; at != none && seen[at] == Seen::now; at = processes_[at].parent) seen[at] = Seen::before;
  }
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    const Process& process = processes_[i];
    (process.parent == none ? roots_[process.root].children : processes_[process.parent].children)
        .push_back(i);
  }
}

}  // namespace scsup::analysis
