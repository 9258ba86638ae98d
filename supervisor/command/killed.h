// Last words about a command that SIGSYS has ended.
#pragma once

#include <string>

#include "supervisor/policy/document/document.h"

namespace scsup {

// What the Docker part of the policy at `file` kills for, with its place: nothing more is known, because the kernel
// doesn't report the call's number. "" if it kills for nothing; then the signal came from elsewhere.
std::string why_killed(const Document& policy, const std::string& file);

}  // namespace scsup
