// Decisions that no rule of a policy makes. Each one tells the audit and the user what can be done about it.
#pragma once

#include "supervisor/policy/rules/decision.h"

namespace scsup::refusal {

extern const Origin foreign_call;  // @arch
extern const Origin no_path;       // @path: not a denial, the call fails natively as well
extern const Origin unreadable;    // @unreadable
extern const Origin no_identity;   // @identity
extern const Origin no_deputy;     // @userns
extern const Origin no_domain;     // @landlock
extern const Origin too_late;      // @deadline
extern const Origin no_audit;      // @audit
extern const Origin runtime_call;  // @runtime: the only one that allows
extern const Origin killed;        // @kill
extern const Origin vanished;      // @gone

}  // namespace scsup::refusal
