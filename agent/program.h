// The filter program as the agent gets it.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::agent {

struct Filter {
  std::vector<sock_filter> instructions;
  std::uint32_t flags = 0;
  bool exec_waits = false;
};

// Waits for Program. The memfd must be sealed and hold 1 to BPF_MAXINSNS instructions; the flags must ask for
// a listener and for nothing that would filter the courier (TSYNC).
Result<Filter> hear_program(const Fd& socket);

}  // namespace scsup::agent
