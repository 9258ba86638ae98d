// "includes" and "excludes" of a profile's entry: does the entry count for this command on this machine?
#pragma once

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/rules/environment.h"

namespace scsup {

// As in moby: an entry counts if every cap of includes is held and the host's arch is among includes.arches, and if
// no cap of excludes is held and the arch is not among excludes.arches. The arch is that of the host, in Go's words
// ("amd64"): an entry for ["x86"] alone doesn't count on an x86_64 host, whatever ABIs are admitted. An unknown
// capability name is never held, and causes a warning.
bool counts(const ProfileEntry& entry, const Environment& environment, Diagnostics& diagnostics);

// "CAP_SYS_ADMIN" to 21; -1: no such capability.
int capability_number(std::string_view name);

}  // namespace scsup
