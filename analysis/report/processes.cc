#include "analysis/report/processes.h"

#include <algorithm>
#include <utility>

namespace scsup::analysis {

Processes::Process* Processes::of(std::int64_t pid) {
  if (const auto found = processes_.find(pid); found != processes_.end()) return &found->second;
  if (processes_.size() >= most) return nullptr;
  Process& made = processes_[pid];
  made.pid = pid;
  return &made;
}

void Processes::add(const Record& record) {
  if (record.pid < 0) return;
  const bool is_call = record.type == Type::call;
  Process* const process = of(record.pid);
  if (!process) {
    others_ += is_call;
    return;
  }
  process->calls += is_call;
  process->denied += is_call && (record.act == "deny" || record.act == "kill");
  if (record.ppid >= 0) process->ppid = record.ppid;
  if (process->first.empty() || record.time < process->first) process->first = record.time;
  add_program(*process, record.exe.empty() ? record.comm : record.exe);
}

void Processes::add_program(Process& process, std::string_view program) {
  if (program.empty() || process.programs.size() >= most_programs) return;
  if (std::ranges::find(process.programs, program) == process.programs.end())
    process.programs.emplace_back(program);
}

void Processes::merge(Process& into, const Process& from) {
  into.calls += from.calls;
  into.denied += from.denied;
  if (into.ppid < 0 || (from.ppid >= 0 && from.first > into.first)) into.ppid = from.ppid;
  const bool is_later = !into.first.empty() && into.first <= from.first;
  std::vector<std::string> theirs = from.programs;
  if (!is_later) {
    into.first = from.first;
    std::swap(into.programs, theirs);
  }
  for (const std::string& program : theirs) add_program(into, program);
}

void Processes::add(const Processes& other) {
  others_ += other.others_;
  for (const auto& [pid, theirs] : other.processes_) {
    Process* const process = of(pid);
    if (process)
      merge(*process, theirs);
    else
      others_ += theirs.calls;
  }
}

}  // namespace scsup::analysis
