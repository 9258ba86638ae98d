// The processes that made calls, and where they ran, according to the log. (pid, start) identifies one for ever.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/count/by_text.h"
#include "analysis/read/record.h"

namespace scsup::analysis {

class Processes {
 public:
  // Beyond these, calls of further processes are only counted, so that memory has a bound.
  static constexpr std::size_t most = 65536;
  static constexpr std::size_t most_programs = 6;

  struct Process {
    std::int64_t pid = -1, start = -1, ppid = -1;
    std::string first, last;            // times of its records
    std::vector<std::string> programs;  // the first ones that it ran, in order
    std::string comm, exe;              // the last that it ran, or was about to run
    std::size_t root = 0;               // in roots()
    std::uint64_t calls = 0, denied = 0;
  };
  // A container, or the session of a command.
  struct Root {
    std::string name;                     // tells it from the others
    std::string container_id, container;  // "" for a command
    std::int64_t session = -1;
    std::string command;
    std::string first;  // time
    std::uint64_t calls = 0, denied = 0;
  };

  void add(const Record& record);  // of calls, tasks and attachments
  void add(const Processes& other);

  using Key = std::pair<std::int64_t, std::int64_t>;  // pid, start
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(key.first) * 0x9E3779B97F4A7C15 ^
                                        static_cast<std::uint64_t>(key.second));
    }
  };
  const std::unordered_map<Key, Process, Hash>& all() const { return processes_; }
  const std::vector<Root>& roots() const { return roots_; }
  std::uint64_t others() const { return others_; }  // calls

 private:
  Root* root_of(const Record& record);
  Root* root_called(std::string name);
  Process* process_of(const Key& key, const Root& root);

  std::unordered_map<Key, Process, Hash> processes_;
  std::vector<Root> roots_;
  ByText<std::size_t> by_name_;  // in roots_
  std::uint64_t others_ = 0;
};

}  // namespace scsup::analysis
