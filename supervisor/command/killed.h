// Last words about a command that SIGSYS has ended.
#pragma once

#include <string>

#include "supervisor/policy/document/document.h"

namespace scsup {

// What the Docker part of the policy at `file` kills for, with its place: all that can be said, because the
// kernel keeps the call's number for itself. "" if it kills for nothing; then the signal came from elsewhere.
std::string why_killed(const Document& policy, const std::string& file);

}  // namespace scsup
