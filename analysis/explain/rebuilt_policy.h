// A policy as the supervisor had it, rebuilt from its text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/explain/policy_shelf.h"
#include "base/result.h"
#include "supervisor/policy/document/document.h"

namespace scsup::analysis {

struct RebuiltPolicy {
  std::string file, text;
  Document document;
  Environment environment;
  std::shared_ptr<const Policy> policy;  // never null
  // What the policy depends on and the log doesn't say, a sentence each: there the results for this policy may be
  // wrong.
  std::vector<std::string> unsure;
  bool lacks_home = false;  // one of them: the meaning of '~', which the policy uses
};

// Fails with the first mistake in the text, with its place.
Result<RebuiltPolicy> rebuild(const std::string& file, const std::string& text, const Surroundings& where);

}  // namespace scsup::analysis
