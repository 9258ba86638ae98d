// The processes that called, and which is whose child, as far as the log tells.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/read/record.h"

namespace scsup::analysis {

class Processes {
 public:
  // Beyond these, calls are counted without a process of their own.
  static constexpr std::size_t most = 65536;

  struct Process {
    std::int64_t pid = -1, ppid = -1;
    std::string first;                  // time
    std::vector<std::string> programs;  // that it ran, the first ones, in their order
    std::uint64_t calls = 0, denied = 0;
  };
  static constexpr std::size_t most_programs = 6;

  void add(const Record& record);  // a call, or a task
  void add(const Processes& other);
  // By number. A number that the kernel gave to two processes, one after the other, is one here.
  const std::unordered_map<std::int64_t, Process>& all() const { return processes_; }
  std::uint64_t others() const { return others_; }

 private:
  Process* of(std::int64_t pid);
  static void add_program(Process& process, std::string_view program);
  static void merge(Process& into, const Process& from);

  std::unordered_map<std::int64_t, Process> processes_;
  std::uint64_t others_ = 0;  // calls
};

}  // namespace scsup::analysis
