// Why a recorded call was decided as it was: by the policy that the log holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/explain/policy_shelf.h"
#include "analysis/read/record.h"
#include "base/result.h"

namespace scsup::analysis {

// A rule, an entry or a default. All of it is printable.
struct PolicyPart {
  std::string words;  // "rule no-chmod at p.json:6:7"
  std::string id, at;
  std::vector<std::string> lines;  // as they stand in the policy, numbered
};

struct NearMiss {
  PolicyPart part;
  std::vector<std::string> unmet;  // "mode 0755 is not 0700 (p.json:4:30)"; one of a rule, all of an entry
};

struct Explanation {
  std::string verdict;                // a sentence, with what decided
  std::optional<PolicyPart> decided;  // nothing: nothing in a policy did, or the log doesn't hold it
  std::vector<NearMiss> near;         // in the policy's order, those that come before
  std::size_t further = 0;            // rules before it that name the call and are farther off
  std::vector<std::string> notes;     // sentences: what to do, what is unsure
  bool whole = true;                  // false: the log lacks what it would take, and a note says so
};

// Of a `call` or a `task`.
Explanation explain(const Record& record, const PolicyShelf& shelf);

}  // namespace scsup::analysis
