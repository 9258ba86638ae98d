// Where a policy asks the filter to kill.
#pragma once

#include <string>
#include <vector>

#include "supervisor/policy/document/document.h"

namespace scsup {

// By SIGSYS, which the kernel sends without reporting the call to anybody (seccomp(2)).
bool kills(ProfileAction action);

// "p.json:3:5" of each entry that kills, and of a default that kills, in file order.
std::vector<std::string> kill_places(const Document& policy, const std::string& file);

}  // namespace scsup
