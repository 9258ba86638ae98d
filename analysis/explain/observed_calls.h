// Which calls a log shows to have been made, and which its filters let through without a record.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/explain/policy_shelf.h"

namespace scsup::analysis {

class ObservedCalls {
 public:
  // Records in the log's order; a call that is not to count is still to be shown with `counts` false, so that
  // its policy is known.
  void add(const Record& record, bool counts);
  // To be called when all are added: asks the policies of the log for what their filters do.
  void ask_filters();

  bool is_empty() const { return allowed.empty() && denied.empty(); }

  // Names of the table of calls, so there are no others whatever a log says.
  std::set<std::string>
      allowed;  // let through, performed or emulated, also where they then failed by themselves
  std::set<std::string> denied;  // and never allowed
  std::set<std::string>
      by_filter;  // allowed by a filter without a record: nobody knows whether they were made
  std::set<std::string> narrowed;  // of these: only with some arguments
  std::set<Abi> abis;
  std::vector<std::string> open;  // policies whose filter lets through whatever they don't name
  std::uint64_t unnamed = 0;      // calls that this version has no name for
  std::size_t policies = 0;

 private:
  PolicyShelf shelf_;
  std::map<const LoggedPolicy*, Surroundings> where_;
};

}  // namespace scsup::analysis
