// Steps in words, for `scsup policy show`.
#pragma once

#include <string>

#include "supervisor/policy/rules/steps.h"

namespace scsup {

// "filter: errno EPERM if mode & 06000, else allow"; "trapped: rule no-mkdir at p.json:6:7, then default".
// `plan` is the call's own in the filter, or one that only has `otherwise`.
std::string phrase(const CallSteps& call, const CallPlan& plan);
// The same for calls that no step names.
std::string phrase(const Ruling& ruling, std::uint32_t action);

}  // namespace scsup
