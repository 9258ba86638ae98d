// Who made calls: processes by (pid, start), which names one for ever, below what they ran in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/read/record.h"

namespace scsup::analysis {

class ProcessTable {
 public:
  // Beyond these, calls of further processes are only counted, so that memory has a bound.
  static constexpr std::size_t most = 65536;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Process {
    std::int64_t pid = -1, start = -1, ppid = -1;
    std::string comm, exe;  // the last that it ran, or was about to run
    std::size_t root = none;
    std::uint64_t calls = 0, denied = 0;
    std::size_t parent = none;          // in processes(); none: below the root
    std::vector<std::size_t> children;  // in the order in which they came
  };
  // A container, or the session of a command.
  struct Root {
    std::string container_id, container;  // "" for a command
    std::int64_t session = -1;
    std::string command;
    std::uint64_t calls = 0, denied = 0;
    std::vector<std::size_t> children;
  };

  // In the log's order.
  void add(const Record& record);
  // When all are there: finds each one's parent. A forged log may say that two are each other's.
  void join();

  const std::vector<Process>& processes() const { return processes_; }
  const std::vector<Root>& roots() const { return roots_; }
  std::uint64_t other_calls() const { return other_calls_; }

 private:
  std::size_t root_of(const Record& record);
  std::size_t parent_of(const Process& process, std::size_t itself) const;

  std::vector<Process> processes_;
  std::vector<Root> roots_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> by_pid_;
  std::map<std::string, std::size_t, std::less<>> by_name_;  // of roots_
  std::uint64_t other_calls_ = 0;
};

}  // namespace scsup::analysis
