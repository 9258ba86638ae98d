// Why a recorded call was decided as it was: from the policy that the log contains.
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
  std::vector<std::string> lines;  // numbered, as written in the policy
};

struct NearMiss {
  PolicyPart part;
  std::vector<std::string> unmet;  // "mode 0755 is not 0700 (p.json:4:30)"; one for a rule, all for an entry
};

struct Explanation {
  std::string verdict;                // a sentence that names the part that decided
  std::optional<PolicyPart> decided;  // nothing: no part of a policy did, or the log doesn't contain it
  std::vector<NearMiss> near;         // in the policy's order, those before the deciding part
  std::size_t further = 0;            // rules before it that name the call but match it less
  std::vector<std::string> notes;     // sentences: what to do, what is uncertain
  bool whole = true;                  // false: the log lacks something that is needed, and a note says what
};

// Of a `call` or a `task`.
Explanation explain(const Record& record, const PolicyShelf& shelf);

}  // namespace scsup::analysis
