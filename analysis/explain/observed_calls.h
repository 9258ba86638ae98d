// Which calls were made according to a log, and which ones its filters allowed without a record.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/explain/policy_shelf.h"

namespace scsup::analysis {

class ObservedCalls {
 public:
  // Takes records in the log's order. A call that must not count has to be added with `counts` false, so that its
  // policy is known.
  void add(const Record& record, bool counts);
  // To be called after all records were added: asks the log's policies what their filters do.
  void ask_filters();

  bool is_empty() const { return allowed.empty() && denied.empty(); }

  // Names from the table of calls: a log can't add others.
  std::set<std::string>
      allowed;                   // let through, performed or emulated, even if they then failed by themselves
  std::set<std::string> denied;  // and never allowed
  std::set<std::string> by_filter;  // allowed by a filter without a record: whether they were made is unknown
  std::set<std::string> narrowed;   // those of by_filter that are allowed only with some arguments
  std::set<Abi> abis;
  std::vector<std::string> open;  // policies whose filter allows whatever they don't name
  std::uint64_t unnamed = 0;      // calls without a name in this version
  std::size_t policies = 0;

 private:
  PolicyShelf shelf_;
  std::map<const LoggedPolicy*, Surroundings> where_;
};

}  // namespace scsup::analysis
