// All that a report shows, added up from records. One for each thread; added together at the end. Memory is
// bounded by what each part keeps at most.
#pragma once

#include <string>

#include "analysis/count/groups.h"
#include "analysis/count/processes.h"
#include "analysis/count/time_grid.h"
#include "analysis/report/denials.h"
#include "analysis/report/policies.h"

namespace scsup::analysis {

struct Digest {
  Groups calls{By::syscall};
  Denials denials;
  TimeGrid times{240, 512};
  Processes processes;
  ReportedPolicies policies;
  std::string first, last;    // times of calls
  std::uint64_t lost = 0;     // as gap records say
  std::uint64_t undated = 0;  // calls

  void add(const Record& record);
  void add(const Digest& other);
};

}  // namespace scsup::analysis
