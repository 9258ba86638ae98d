#include "analysis/count/processes.h"

#include <algorithm>

namespace scsup::analysis {
namespace {

using Process = Processes::Process;

void add_program(Process& process, std::string_view program) {
  if (program.empty() || process.programs.size() >= Processes::most_programs) return;
  if (std::ranges::find(process.programs, program) == process.programs.end())
    process.programs.emplace_back(program);
}

bool is_earlier(std::string_view time, const std::string& first) { return first.empty() || time < first; }

void see(Process& process, const Record& record) {
  const bool is_call = record.type == Type::call;
  if (is_call) process.calls += record.calls();
  if (is_call && record.is_denied()) process.denied += record.calls();
  if (is_earlier(record.time, process.first)) process.first = record.time;
  add_program(process, record.exe.empty() ? record.comm : record.exe);
  if (record.last() < process.last) return;
  process.last = record.last();
  if (record.ppid >= 0) process.ppid = record.ppid;
  if (!record.comm.empty()) process.comm = record.comm;
  if (!record.exe.empty()) process.exe = record.exe;
  // An exec is recorded before it happens; only later records show whether it failed.
  if (!is_call && record.syscall.starts_with("execve") && !record.path.empty()) process.exe = record.path;
}

void join(Process& into, const Process& other) {
  into.calls += other.calls;
  into.denied += other.denied;
  const bool is_known = !into.first.empty();
  std::vector<std::string> programs = other.programs;
  if (!is_known || other.first < into.first) {
    into.first = other.first;
    std::swap(into.programs, programs);
  }
  for (const std::string& program : programs) add_program(into, program);
  const bool is_later = !is_known || other.last >= into.last;
  if (is_later) into.last = other.last;
  const auto take = [is_later](auto& ours, const auto& theirs, const auto& none) {
    if (theirs != none && (is_later || ours == none)) ours = theirs;
  };
  take(into.ppid, other.ppid, std::int64_t{-1});
  take(into.comm, other.comm, std::string());
  take(into.exe, other.exe, std::string());
}

}  // namespace

Processes::Root* Processes::root_called(std::string name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) return &roots_[found->second];
  if (roots_.size() >= most) return nullptr;
  by_name_.emplace(name, roots_.size());
  Root& root = roots_.emplace_back();
  root.name = std::move(name);
  return &root;
}

Processes::Root* Processes::root_of(const Record& record) {
  const bool is_container = !record.container_id.empty() || !record.container_name.empty();
  std::string name;
  if (is_container)
    name = "c" + std::string(record.container_id.empty() ? record.container_name : record.container_id);
  else
    name = "s" + std::string(record.run) + " " + std::to_string(record.session);
  Root* const root = root_called(std::move(name));
  if (!root) return nullptr;
  if (root->container_id.empty()) root->container_id = record.container_id;
  if (root->container.empty()) root->container = record.container_name;
  root->session = record.session;
  if (is_earlier(record.time, root->first)) root->first = record.time;
  return root;
}

Processes::Process* Processes::process_of(const Key& key, const Root& root) {
  if (const auto found = processes_.find(key); found != processes_.end()) return &found->second;
  if (processes_.size() >= most) return nullptr;
  Process& process = processes_[key];
  process.pid = key.first;
  process.start = key.second;
  process.root = static_cast<std::size_t>(&root - roots_.data());
  return &process;
}

void Processes::add(const Record& record) {
  const bool is_call = record.type == Type::call;
  if (!is_call && record.type != Type::task && record.type != Type::attach) return;
  Root* const root = root_of(record);
  if (record.type == Type::attach) {
    if (root && root->command.empty()) root->command = record.command;
    return;
  }
  if (root && is_call) {
    root->calls += record.calls();
    if (record.is_denied()) root->denied += record.calls();
  }
  // A task that could not be read has only a number.
  const Key key{record.pid >= 0 ? record.pid : record.tid, record.start};
  Process* const process = root ? process_of(key, *root) : nullptr;
  if (process)
    see(*process, record);
  else if (is_call)
    others_ += record.calls();
}

void Processes::add(const Processes& other) {
  others_ += other.others_;
  std::vector<Root*> ours;
  roots_.reserve(std::min(most, roots_.size() + other.roots_.size()));  // they stay where they are
  for (const Root& theirs : other.roots_) {
    Root* const root = root_called(theirs.name);
    ours.push_back(root);
    if (!root) continue;
    root->calls += theirs.calls;
    root->denied += theirs.denied;
    root->session = theirs.session;
    if (root->container_id.empty()) root->container_id = theirs.container_id;
    if (root->container.empty()) root->container = theirs.container;
    if (root->command.empty()) root->command = theirs.command;
    if (is_earlier(theirs.first, root->first)) root->first = theirs.first;
  }
  for (const auto& [key, theirs] : other.processes_) {
    const Root* const root = ours[theirs.root];
    Process* const process = root ? process_of(key, *root) : nullptr;
    if (process)
      join(*process, theirs);
    else
      others_ += theirs.calls;
  }
}

}  // namespace scsup::analysis
