// The smallest change of a policy under which a recorded call would have been allowed. A proposal for people:
// nothing applies it.
#pragma once

#include <string>
#include <vector>

#include "analysis/explain/rebuilt_policy.h"
#include "analysis/explain/recorded_call.h"

namespace scsup::analysis {

struct Suggestion {
  std::string file, before, after;  // the policy's text
  std::string rule;                 // what was added, as JSON; or what was removed, in words
  std::string allows;               // what else it allows, a sentence or two; printable
  std::string risk;                 // a sentence; printable
};

// `object`: what the rules saw, as for Policy::decide(). Fails, with a sentence, if no rule helps. The result was
// tried: it parses, and allows the call.
Result<Suggestion> suggest(const Record& record, const RebuiltPolicy& policy, const RecordedCall& call,
                           const std::string_view* object);

}  // namespace scsup::analysis
