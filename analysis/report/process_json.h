// Processes as a tree: those with the most denials and calls, and their ancestors.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/count/processes.h"

namespace scsup::analysis {

struct ProcessTree {
  // Parents before their children, each as {pid, parent (index in this list, or -1), programs, calls,
  // denied}.
  nlohmann::json rows;
  std::uint64_t left_out = 0, left_calls = 0;
};

ProcessTree process_tree(const Processes& processes, std::size_t most);

}  // namespace scsup::analysis
