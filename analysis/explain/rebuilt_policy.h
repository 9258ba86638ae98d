// A policy as the supervisor had it, made again from its text.
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
  // What the policy depends on and the log doesn't tell, a sentence each: what is said with this policy may
  // be wrong there.
  std::vector<std::string> unsure;
  bool lacks_home = false;  // among them: what '~' is, and it is used
};

// Fails with the first mistake in the text, with its place.
Result<RebuiltPolicy> rebuild(const std::string& file, const std::string& text, const Surroundings& where);

}  // namespace scsup::analysis
