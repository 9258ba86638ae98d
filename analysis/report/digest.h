// Everything that a report shows, added up from records. One for each thread; added together at the end. Each part
// bounds what it keeps, so memory has a bound.
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
  std::uint64_t lost = 0;     // according to gap records
  std::uint64_t undated = 0;  // calls

  void add(const Record& record);
  void add(const Digest& other);
};

}  // namespace scsup::analysis
