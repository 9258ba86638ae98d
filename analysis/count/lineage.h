// Which process started which, among those in a log.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/count/processes.h"

namespace scsup::analysis {

struct Lineage {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Member {
    const Processes::Process* process;
    std::size_t root;                   // in `roots`
    std::size_t parent;                 // in `members`; none: it is below its root
    std::vector<std::size_t> children;  // in `members`
  };
  struct Root {
    const Processes::Root* root;
    std::vector<std::size_t> children;
  };

  // `processes` must outlive the lineage. A forged log may say that two processes are each other's parents: here no
  // process is its own ancestor.
  explicit Lineage(const Processes& processes);

  // Both in the order in which they were first seen.
  std::vector<Member> members;
  std::vector<Root> roots;
};

}  // namespace scsup::analysis
