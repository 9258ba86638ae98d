// The rule of `supervise`, or the entry of the Docker part, that allows one recorded call and little else.
#pragma once

#include <optional>
#include <string>

#include "analysis/explain/recorded_call.h"
#include "supervisor/policy/document/document.h"

namespace scsup::analysis {

struct AllowingRule {
  std::string json;
  std::string allows, risk;  // as in Suggestion
};

// Nothing: the call has no name that a policy could use. `object` is empty if the call has none or scsup doesn't
// judge it.
std::optional<AllowingRule> allowing_rule(const RecordedCall& call, std::string_view object);
// The name that both use for the call; "" if there is none.
std::string allowed_name(const RecordedCall& call);
// With args if the profile's other entries check some for this call; else for the call as it is.
std::optional<AllowingRule> allowing_entry(const RecordedCall& call, const Profile& profile);

}  // namespace scsup::analysis
